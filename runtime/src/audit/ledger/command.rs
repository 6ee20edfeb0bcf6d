//! The command that generates keys, verifies logs, and creates and checks proofs.

use std::{
    error::Error,
    fmt, fs,
    io::{self, Write},
    path::PathBuf,
};

use super::{
    CheckError, Checkpoint, ExpectedHead, KeyError, Problem, ProveError, Report, SigningKey, VerifyingKey, check,
    checkpoint::{Notes, base64, hash, number},
    prove, verify,
};

/// The arguments of [`command`], for the help text of the program that offers it.
pub const USAGE: &str = "    key --name NAME --file FILE      generates a signing key and shows the public key
    verify DIR --key PUBLIC          verifies the logs in a directory
        --checkpoint FILE            … also against these exported checkpoints
        --expect SIZE:ROOT           … also against this head (root in base64)
        --log ID                     the log of the head, if there are several
    prove DIR N --key PUBLIC         shows record N and the proof that it is in the log
        --log ID                     the log, if there are several
    check FILE --key PUBLIC          checks such a proof

    exit codes: 0 everything matches its signatures; 1 something does not; 2 wrong usage;
    3 something cannot be read; 4 the signed records match, but the last records are not signed yet
";

/// Why the command failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum CommandError {
    /// The arguments are wrong.
    Usage(String),
    /// The key cannot be generated or used.
    Key(KeyError),
    /// A file cannot be read, or the output cannot be written.
    Io(io::Error),
    /// Logs do not match their signatures: the number of findings, which are in the output.
    Tampered(usize),
    /// The signed records are intact, but this number of records at the end is not signed.
    Unsigned(u64),
    /// A proof could not be created.
    Prove(ProveError),
    /// The proof is not valid.
    Check(CheckError),
}

impl CommandError {
    /// The exit code for this error: see [`USAGE`].
    #[must_use]
    pub fn exit_code(&self) -> i32 {
        match self {
            Self::Tampered(_) | Self::Check(_) | Self::Prove(ProveError::Damaged(_)) => 1,
            Self::Usage(_) | Self::Key(_) | Self::Prove(ProveError::NoLog) => 2,
            Self::Io(_) | Self::Prove(ProveError::Io(_) | ProveError::Deleted) => 3,
            Self::Unsigned(_) | Self::Prove(ProveError::Unsigned { .. }) => 4,
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problem) => f.write_str(problem),
            Self::Key(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Tampered(1) => f.write_str("the log does not match its signatures: 1 finding"),
            Self::Tampered(count) => write!(f, "the log does not match its signatures: {count} findings"),
            Self::Unsigned(1) => f.write_str("the last record is not signed yet"),
            Self::Unsigned(count) => write!(f, "the last {count} records are not signed yet"),
            Self::Prove(error) => error.fmt(f),
            Self::Check(error) => error.fmt(f),
        }
    }
}

impl Error for CommandError {}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<KeyError> for CommandError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

/// Runs the command in the arguments ([`USAGE`]): generates a signing key, verifies logs, proves that a record is in a log, or checks such a proof.
///
/// For a subcommand of your own program:
///
/// ```no_run
/// use secure_tool::ledger;
///
/// let mut arguments = std::env::args().skip(1);
/// match arguments.next().as_deref() {
///     Some("ledger") => {
///         if let Err(error) = ledger::command(arguments, &mut std::io::stdout()) {
///             eprintln!("{error}");
///             std::process::exit(error.exit_code());
///         }
///     }
///     _ => { /* serve */ }
/// }
/// ```
///
/// ```text
/// $ my-server ledger key --name billing.example.com/audit --file ledger.key
/// billing.example.com/audit+1f0e2c3d+AS…
/// $ my-server ledger verify /var/log/billing --key billing.example.com/audit+1f0e2c3d+AS… --checkpoint /mnt/elsewhere/checkpoints
/// billing.example.com/audit/5be1c0ffee04d2aa: 90210 records, all signed; root 2Vd7…
/// ```
///
/// # Errors
///
/// If the arguments are wrong, something cannot be read, or a log or a proof does not match its signatures. Scripts can distinguish these cases by
/// the [`exit_code`](CommandError::exit_code).
pub fn command(arguments: impl IntoIterator<Item = String>, out: &mut impl Write) -> Result<(), CommandError> {
    let mut given = CommandArguments::read(arguments)?;
    match given.place("the command")?.as_str() {
        "key" => make_key(given, out),
        "verify" => verify_logs(given, out),
        "prove" => show_proof(given, out),
        "check" => check_proof(given, out),
        _ => Err(usage("unknown command: use key, verify, prove or check")),
    }
}

fn make_key(mut given: CommandArguments, out: &mut impl Write) -> Result<(), CommandError> {
    let (name, file) = (given.option("--name")?, given.option("--file")?);
    given.end()?;
    let key = SigningKey::generate(&name)?;
    key.write_to(&file)?;
    writeln!(out, "{}\n", key.verifying_key())?;
    writeln!(
        out,
        "This is the public key, which verifies signatures of the key in {file}. Store it separately from the log."
    )?;
    Ok(out.flush()?)
}

fn verify_logs(mut given: CommandArguments, out: &mut impl Write) -> Result<(), CommandError> {
    let directory = PathBuf::from(given.place("the directory of the logs")?);
    let key = given.key()?;
    let (head, log, checkpoints) = (given.any("--expect"), given.any("--log"), given.any("--checkpoint"));
    given.end()?;
    let mut expected = Vec::new();
    if log.is_some() && head.is_none() {
        return Err(usage("`--log` requires `--expect`"));
    }
    if let Some(head) = head {
        let head = head.split_once(':').and_then(|(size, root)| Some((number(size)?, hash(root)?)));
        let (size, root) = head.ok_or_else(|| usage("`--expect` takes SIZE:ROOT, with the root in base64"))?;
        expected.push(ExpectedHead { origin: log, size, root });
    }
    let mut findings = 0;
    if let Some(file) = checkpoints {
        let text = fs::read_to_string(&file)?;
        let known = exported(&text, &key);
        if known.is_empty() {
            return Err(usage("the file of `--checkpoint` contains no complete checkpoint"));
        }
        for (line, checkpoint) in known {
            if let Some(checkpoint) = checkpoint {
                expected.push(checkpoint.into());
            } else {
                findings += 1;
                writeln!(out, "{file}, line {line}: {}", Problem::BadCheckpoint)?;
            }
        }
    }
    let reports = verify(&directory, &key, &expected).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput => usage(&error.to_string()),
        _ => error.into(),
    })?;
    if reports.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "there is no log in this directory").into());
    }
    let mut unsigned = 0;
    for report in &reports {
        show(report, out)?;
        findings += report.findings.len();
        unsigned += report.unsigned() + u64::from(report.torn > 0);
    }
    out.flush()?;
    match (findings, unsigned) {
        (0, 0) => Ok(()),
        (0, unsigned) => Err(CommandError::Unsigned(unsigned)),
        (findings, _) => Err(CommandError::Tampered(findings)),
    }
}

/// The checkpoints of a file, each with its line; `None` for one that this key did not sign.
fn exported(text: &str, key: &VerifyingKey) -> Vec<(usize, Option<Checkpoint>)> {
    match Checkpoint::open(text, key) {
        // A single checkpoint, to which witnesses may have added signatures.
        Ok(checkpoint) if text.matches("\n\n").count() == 1 => vec![(1, Some(checkpoint))],
        _ => Notes::of(text).map(|(line, note)| (line, Checkpoint::open(note, key).ok())).collect(),
    }
}

fn show(report: &Report, out: &mut impl Write) -> io::Result<()> {
    write!(out, "{}: {} records, ", report.origin, report.size)?;
    match report.unsigned() {
        0 => write!(out, "all signed")?,
        unsigned => write!(out, "{} signed, the last {unsigned} not signed", report.signed)?,
    }
    if report.deleted > 0 {
        write!(out, ", the first {} deleted because of their age", report.deleted)?;
    }
    if report.torn > 0 {
        write!(out, ", {} bytes of an incomplete record at the end", report.torn)?;
    }
    if report.uncompared > 0 {
        write!(out, ", {} expected heads not compared because their records were deleted", report.uncompared)?;
    }
    writeln!(out, "; root {}", base64(&report.root))?;
    report.findings.iter().try_for_each(|finding| writeln!(out, "  {finding}"))
}

fn show_proof(mut given: CommandArguments, out: &mut impl Write) -> Result<(), CommandError> {
    let directory = PathBuf::from(given.place("the directory of the logs")?);
    let record = number(&given.place("the number of the record")?)
        .ok_or_else(|| usage("the number of a record must be a whole number from 0"))?;
    let (key, log) = (given.key()?, given.any("--log"));
    given.end()?;
    let proof = prove(directory, &key, log.as_deref(), record).map_err(CommandError::Prove)?;
    write!(out, "{proof}")?;
    Ok(out.flush()?)
}

fn check_proof(mut given: CommandArguments, out: &mut impl Write) -> Result<(), CommandError> {
    let file = given.place("the file with the proof")?;
    let key = given.key()?;
    given.end()?;
    let proof = check(&fs::read_to_string(file)?, &key).map_err(CommandError::Check)?;
    let (index, checkpoint) = (proof.index(), proof.checkpoint());
    writeln!(out, "record {index} is in {}, of which {} records are signed:", checkpoint.origin(), checkpoint.size())?;
    writeln!(out, "{}", proof.record())?;
    Ok(out.flush()?)
}

fn usage(problem: &str) -> CommandError {
    CommandError::Usage(format!("{problem}\n\nusage:\n{USAGE}"))
}

/// The arguments of a command.
struct CommandArguments {
    places: std::vec::IntoIter<String>,
    options: Vec<(String, String)>,
}

impl CommandArguments {
    fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, CommandError> {
        let (mut places, mut options) = (Vec::new(), Vec::<(String, String)>::new());
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if !argument.starts_with("--") {
                places.push(argument);
                continue;
            }
            if options.iter().any(|(name, _)| *name == argument) {
                return Err(usage("an option was given twice"));
            }
            match arguments.next().filter(|value| !value.is_empty() && !value.starts_with("--")) {
                Some(value) => options.push((argument, value)),
                None => return Err(usage("an option requires a value")),
            }
        }
        Ok(Self { places: places.into_iter(), options })
    }

    fn place(&mut self, what: &str) -> Result<String, CommandError> {
        self.places.next().ok_or_else(|| usage(&format!("{what} is missing")))
    }

    fn any(&mut self, name: &str) -> Option<String> {
        let at = self.options.iter().position(|(given, _)| given == name)?;
        Some(self.options.swap_remove(at).1)
    }

    fn option(&mut self, name: &str) -> Result<String, CommandError> {
        self.any(name).ok_or_else(|| usage(&format!("`{name}` is required")))
    }

    fn key(&mut self) -> Result<VerifyingKey, CommandError> {
        Ok(self.option("--key")?.parse()?)
    }

    fn end(mut self) -> Result<(), CommandError> {
        if self.places.next().is_some() || !self.options.is_empty() {
            return Err(usage("too many arguments, or an unknown option"));
        }
        Ok(())
    }
}
