use policy::{Browser, OperatingSystem};

/// What a device is called where people see it: `Edge, Windows`. Made from what the browser says of itself, which anybody
/// can say.
pub(crate) fn device_label(user_agent: &str) -> String {
    let browser = match Browser::of(user_agent) {
        Browser::Edge => "Edge",
        Browser::Chrome => "Chrome",
        Browser::Firefox => "Firefox",
        Browser::Safari => "Safari",
        Browser::Other => "Browser",
    };
    let system = match OperatingSystem::of(user_agent) {
        OperatingSystem::Windows => "Windows",
        OperatingSystem::Macos => "macOS",
        OperatingSystem::Linux => "Linux",
        OperatingSystem::Android => "Android",
        OperatingSystem::Ios => "iOS",
        OperatingSystem::Chromeos => "ChromeOS",
        OperatingSystem::Other => return browser.to_owned(),
    };
    format!("{browser}, {system}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_called_by_its_browser_and_system() {
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";
        assert_eq!(device_label(edge), "Edge, Windows");
        assert_eq!(device_label("curl/8"), "Browser");
    }
}
