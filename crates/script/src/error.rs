use std::io;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a script gave no outcome. Whatever the reason, there is no part of one (S46, TOK-14).
#[derive(Debug, Error)]
pub enum ScriptError {
    /// The script threw, does not parse, or left asynchronous work behind.
    #[error("the script failed{}: {message}", at_line(*line))]
    Threw {
        /// What was thrown, as text.
        message: String,
        /// The line of the script, from 1, where it is known.
        line: Option<u32>,
        /// What the script had traced.
        trace: Vec<String>,
    },
    /// The script took too long; when it would not stop by itself, its worker was killed and the trace is lost.
    #[error("the script took too long")]
    TimedOut {
        /// What the script had traced.
        trace: Vec<String>,
    },
    /// The script used too much memory. The engine may then throw `null`, so a script that does is counted here.
    #[error("the script used too much memory")]
    Memory {
        /// What the script had traced.
        trace: Vec<String>,
    },
    /// The outcome is longer than allowed.
    #[error("the script wrote too much")]
    OutputTooLarge {
        /// What the script had traced.
        trace: Vec<String>,
    },
    /// The outcome is not JSON: half a surrogate pair, for example.
    #[error("the script's outcome cannot be read")]
    OutputUnreadable(#[source] serde_json::Error),
    /// What the script is to see cannot be said in JSON.
    #[error("the script's input cannot be written")]
    InputUnwritable(#[source] serde_json::Error),
    /// The script or what it is to see is longer than any honest one.
    #[error("the script or its input is too large")]
    TooLarge,
    /// All workers are busy and the queue is full.
    #[error("too many scripts are waiting")]
    Busy,
    /// The worker could not be started, died, or said what no worker says.
    #[error("the script's worker failed")]
    Worker(#[source] io::Error),
}

impl ScriptError {
    /// The stable code used in page, ledger, metric and documentation.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Threw { .. } => "script_threw",
            Self::TimedOut { .. } => "script_timed_out",
            Self::Memory { .. } => "script_memory",
            Self::OutputTooLarge { .. } => "script_output_too_large",
            Self::OutputUnreadable(_) => "script_output_unreadable",
            Self::InputUnwritable(_) => "script_input_unwritable",
            Self::TooLarge => "script_too_large",
            Self::Busy => "script_busy",
            Self::Worker(_) => "script_worker",
        }
    }

    /// What the script had traced before it failed, for the ledger.
    pub fn trace(&self) -> &[String] {
        match self {
            Self::Threw { trace, .. }
            | Self::TimedOut { trace }
            | Self::Memory { trace }
            | Self::OutputTooLarge { trace } => trace,
            _ => &[],
        }
    }
}

/// Where a script does not parse.
#[derive(Clone, Debug, Error, PartialEq, Eq, Serialize, Deserialize)]
#[error("line {line}, column {column}: {message}")]
pub struct SyntaxError {
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
    /// The engine's words.
    pub message: String,
}

fn at_line(line: Option<u32>) -> String {
    line.map(|line| format!(" in line {line}")).unwrap_or_default()
}

/// Enough of a message or a traced line: 500 characters, as prelude.js has it too.
pub fn shortened(text: &str) -> String {
    text.chars().take(500).collect()
}
