use token::ResponseFormat;

/// The version of WS-Trust, each at an endpoint of its own. Both are published: no single one serves all clients
/// (protocol.md §0.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// February 2005, at `/trust/2005/usernamemixed`.
    Trust2005,
    /// 1.3, at `/trust/13/usernamemixed`.
    Trust13,
}

/// What differs between the versions (protocol.md §4.5).
struct Row {
    namespace: &'static str,
    request_action: &'static str,
    response_action: &'static str,
    request_type: &'static str,
    key_type: &'static str,
    response_format: ResponseFormat,
}

const TRUST_2005: Row = Row {
    namespace: "http://schemas.xmlsoap.org/ws/2005/02/trust",
    request_action: "http://schemas.xmlsoap.org/ws/2005/02/trust/RST/Issue",
    response_action: "http://schemas.xmlsoap.org/ws/2005/02/trust/RSTR/Issue",
    request_type: "http://schemas.xmlsoap.org/ws/2005/02/trust/Issue",
    key_type: "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey",
    response_format: ResponseFormat::Active2005,
};

const TRUST_13: Row = Row {
    namespace: "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
    request_action: "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue",
    response_action: "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RSTRC/IssueFinal",
    request_type: "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue",
    key_type: "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer",
    response_format: ResponseFormat::Active13,
};

impl Version {
    /// Both, the older first.
    pub const ALL: [Self; 2] = [Self::Trust2005, Self::Trust13];

    const fn row(self) -> &'static Row {
        match self {
            Self::Trust2005 => &TRUST_2005,
            Self::Trust13 => &TRUST_13,
        }
    }

    /// The namespace of its elements and fault codes.
    pub const fn namespace(self) -> &'static str {
        self.row().namespace
    }

    /// The action of a request for a token, in `wsa:Action` and in the SOAPAction of HTTP.
    pub const fn request_action(self) -> &'static str {
        self.row().request_action
    }

    /// The action of the response with the token.
    pub const fn response_action(self) -> &'static str {
        self.row().response_action
    }

    /// The request type that asks for a new token, the only one that is served.
    pub const fn request_type(self) -> &'static str {
        self.row().request_type
    }

    /// The key type of a bearer token, the only kind that is issued.
    pub const fn key_type(self) -> &'static str {
        self.row().key_type
    }

    /// In what crate `token` writes the response, to be wrapped by [`response_envelope`](crate::response_envelope).
    pub const fn response_format(self) -> ResponseFormat {
        self.row().response_format
    }
}
