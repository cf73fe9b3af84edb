//! Looks whether the web parts are built. It builds nothing itself.

fn main() {
    println!("cargo::rerun-if-changed=web/dist");
    println!("cargo::rerun-if-env-changed=REQUIRE_WEB");
    let pages = ["widget/frame.html", "dashboard/index.html"];
    let is_built = |page: &&str| std::path::Path::new("web/dist").join(page).exists();
    if pages.iter().all(is_built) {
        return;
    }
    let missing = "web/dist is not built: run `npm ci && npm run build` in web, or `scripts/start`";
    if std::env::var_os("REQUIRE_WEB").is_some_and(|value| value == "1") {
        println!("cargo::error={missing}");
    } else {
        println!("cargo::warning={missing}; pages say so meanwhile");
    }
}
