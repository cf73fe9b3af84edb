/** The looks, in one constructed sheet: a page's policy against inline styles does not meet it. */
export const style = `
:host{--_bg:var(--mirabridge-background,#fff);--_fg:var(--mirabridge-text,#1b1f24);--_line:var(--mirabridge-line,#6b7280);
--_accent:var(--mirabridge-accent,#0b57d0);--_on:var(--mirabridge-on-accent,#fff);display:block;min-width:0;
font:var(--mirabridge-font,14px/1.45 system-ui,sans-serif)}
@media(prefers-color-scheme:dark){:host{--_bg:var(--mirabridge-background,#1b1f24);--_fg:var(--mirabridge-text,#f0f2f5);
--_line:var(--mirabridge-line,#8b95a3);--_accent:var(--mirabridge-accent,#a8c7fa);--_on:var(--mirabridge-on-accent,#0a1a33)}}
*{box-sizing:border-box}
[hidden]{display:none!important}
[part=card]{background:var(--_bg);color:var(--_fg);border:1px solid var(--_line);border-left:6px solid var(--_tone);
border-radius:var(--mirabridge-radius,8px);padding:12px 14px;overflow-wrap:anywhere}
[data-tone=good]{--_tone:#188038}[data-tone=busy]{--_tone:#b06000}[data-tone=off]{--_tone:#c5221f}[data-tone=rest]{--_tone:#5f6b7a}
p{margin:0}
[part=title]{font-weight:600}
[part=ticking]:empty,[part=code]:empty{display:none}
[part=code]{font:600 1.6em/1.6 ui-monospace,monospace;letter-spacing:.08em}
[part=actions],form{display:flex;flex-wrap:wrap;gap:8px;margin-top:10px}
[part=actions]:empty{display:none}
[part=said]:not(:empty){margin-top:8px}
button,input{font:inherit;color:var(--_fg);background:var(--_bg);border:1px solid var(--_line);border-radius:6px;padding:6px 12px;
min-height:32px;max-width:100%;text-align:start}
button{cursor:pointer}
[part~=primary]{background:var(--_accent);border-color:var(--_accent);color:var(--_on)}
:focus-visible{outline:3px solid var(--_accent);outline-offset:2px}
[part=card]:focus{outline:none}
label{flex:1 1 100%}
details{margin-top:10px;font-size:.9em}
summary{cursor:pointer;padding:4px 0}
pre{white-space:pre-wrap;margin:4px 0 8px}
`;
