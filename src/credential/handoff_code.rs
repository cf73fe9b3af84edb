//! Hand-off codes: short enough to be told to the next agent.

use zeroize::Zeroizing;

/// Nothing that looks like something else: no 0, 1, I, L, O, U.
const LETTERS: &[u8; 30] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code of eight letters from 30, as in `K7Q2-M9XD`: 39 bits.
pub fn handoff_code(random: [u8; 8]) -> Zeroizing<String> {
    // Taking the remainder of a whole 64-bit number leaves no letter noticeably likelier.
    let mut number = u64::from_ne_bytes(random);
    let mut code = Zeroizing::new(String::with_capacity(9));
    for place in 0..8 {
        if place == 4 {
            code.push('-');
        }
        code.push(char::from(LETTERS[(number % 30) as usize]));
        number /= 30;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_two_groups_of_four_clear_letters() {
        assert_eq!(*handoff_code([0; 8]), "2222-2222");
        let code = handoff_code([0xA7, 3, 99, 250, 1, 17, 80, 200]);
        assert_eq!((code.len(), code.find('-')), (9, Some(4)));
    }
}
