use serde::{Deserialize, Serialize};

/// What kind of program asks, by its own account (protocol.md §4.8: spoofable).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientKind {
    /// A browser, or a window of one inside another program.
    Browser,
    /// Windows itself, for a primary refresh token (protocol.md §4.7).
    Windows,
    /// A program that uses one of the MSAL libraries.
    Msal,
    /// An older Office program (IDCRL).
    Office,
    /// Something else.
    Other,
}

/// The operating system of a client, by its own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperatingSystem {
    /// Windows.
    Windows,
    /// macOS. An iPad that asks for desktop pages says the same.
    Macos,
    /// Linux, other than Android.
    Linux,
    /// Android.
    Android,
    /// iOS and iPadOS.
    Ios,
    /// `ChromeOS`.
    Chromeos,
    /// None of these, or not said.
    Other,
}

/// The browser that a client says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Browser {
    /// Microsoft Edge.
    Edge,
    /// Chrome, and those built on it that do not say what they are.
    Chrome,
    /// Firefox.
    Firefox,
    /// Safari.
    Safari,
    /// None of these, or no browser.
    Other,
}

impl ClientKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Browser, Self::Windows, Self::Msal, Self::Office, Self::Other];

    /// Reads what a client calls itself, and the name of its library (`x-client-SKU`) where it gives one.
    pub fn of(user_agent: &str, library: Option<&str>) -> Self {
        if library.is_some_and(|library| library.starts_with("MSAL")) {
            Self::Msal
        } else if user_agent.contains("Windows-AzureAD-Authentication-Provider") {
            Self::Windows
        } else if user_agent.contains("IDCRL") || user_agent.starts_with("Microsoft Office") {
            Self::Office
        } else if user_agent.starts_with("Mozilla/") {
            Self::Browser
        } else {
            Self::Other
        }
    }

    /// The name in ledger and policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Windows => "windows",
            Self::Msal => "msal",
            Self::Office => "office",
            Self::Other => "other",
        }
    }
}

impl OperatingSystem {
    /// Every one that is told apart.
    pub const ALL: [Self; 7] =
        [Self::Windows, Self::Macos, Self::Linux, Self::Android, Self::Ios, Self::Chromeos, Self::Other];

    /// Reads what a client calls itself. The order matters: Android says Linux, and iOS says Mac OS X.
    pub fn of(user_agent: &str) -> Self {
        let says = |word| user_agent.contains(word);
        if says("Android") {
            Self::Android
        } else if says("iPhone") || says("iPad") || says("iPod") {
            Self::Ios
        } else if says("Windows") {
            Self::Windows
        } else if says("CrOS") {
            Self::Chromeos
        } else if says("Mac OS X") || says("Macintosh") {
            Self::Macos
        } else if says("Linux") {
            Self::Linux
        } else {
            Self::Other
        }
    }

    /// The name in ledger and policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Macos => "macos",
            Self::Linux => "linux",
            Self::Android => "android",
            Self::Ios => "ios",
            Self::Chromeos => "chromeos",
            Self::Other => "other",
        }
    }
}

impl Browser {
    /// Every one that is told apart.
    pub const ALL: [Self; 5] = [Self::Edge, Self::Chrome, Self::Firefox, Self::Safari, Self::Other];

    /// Reads what a client calls itself. The order matters: Edge says Chrome and Safari, Chrome says Safari.
    pub fn of(user_agent: &str) -> Self {
        let says = |word| user_agent.contains(word);
        if says("Edg/") || says("EdgA/") || says("EdgiOS/") || says("Edge/") {
            Self::Edge
        } else if says("Firefox/") || says("FxiOS/") {
            Self::Firefox
        } else if says("Chrome/") || says("CriOS/") || says("Chromium/") {
            Self::Chrome
        } else if says("Safari/") {
            Self::Safari
        } else {
            Self::Other
        }
    }

    /// The name in ledger and policy.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Chrome => "chrome",
            Self::Firefox => "firefox",
            Self::Safari => "safari",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_called_what_they_call_themselves() {
        let kind = ClientKind::of;
        assert_eq!(kind("python-requests/2.32", Some("MSAL.Python")), ClientKind::Msal);
        assert_eq!(kind("Windows-AzureAD-Authentication-Provider/1.0", None), ClientKind::Windows);
        assert_eq!(
            kind("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 10.0; IDCRL 14.0)", None),
            ClientKind::Office
        );
        assert_eq!(kind("Mozilla/5.0 (X11; Linux x86_64)", None), ClientKind::Browser);
        assert_eq!(kind("", None), ClientKind::Other);
    }

    #[test]
    fn system_and_browser_are_read_past_the_names_that_all_give() {
        for (user_agent, system, browser) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36 Edg/140.0.0.0",
                OperatingSystem::Windows,
                Browser::Edge,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Mobile Safari/537.36",
                OperatingSystem::Android,
                Browser::Chrome,
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.5 Mobile/15E148 Safari/604.1",
                OperatingSystem::Ios,
                Browser::Safari,
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.5; rv:140.0) Gecko/20100101 Firefox/140.0",
                OperatingSystem::Macos,
                Browser::Firefox,
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36",
                OperatingSystem::Chromeos,
                Browser::Chrome,
            ),
            ("Mozilla/5.0 (X11; Linux x86_64)", OperatingSystem::Linux, Browser::Other),
            ("", OperatingSystem::Other, Browser::Other),
        ] {
            assert_eq!(OperatingSystem::of(user_agent), system, "{user_agent}");
            assert_eq!(Browser::of(user_agent), browser, "{user_agent}");
        }
    }
}
