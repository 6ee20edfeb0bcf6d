//! The words by which names are judged, in lower case and in the singular. A phrase is compared with the last words of a name.

/// What a number begins with: `max_users` is none of them.
pub(crate) const QUANTITIES: &[&str] = &["max", "min", "num", "number", "total", "count", "limit"];

pub(crate) const IDENTIFIERS: &[&str] = &["id", "uid", "uuid", "guid"];

pub(crate) const IDENTITIES: &[&str] = &["subject", "sub", "impersonate", "on behalf of"];
pub(crate) const IDENTITY_HEADS: &[&str] = &[
    "user",
    "owner",
    "tenant",
    "principal",
    "actor",
    "user name",
    "tenant slug",
    "org slug",
    "organization slug",
    "organisation slug",
];
/// Whose `owner` is the first half of a repository's name.
pub(crate) const REPOSITORIES: &[&str] = &["repo", "repository", "repo name", "repository name"];
/// Tools whose `subject` is a line of text.
pub(crate) const MAILS: &[&str] = &[
    "mail",
    "email",
    "gmail",
    "imap",
    "smtp",
    "message",
    "draft",
    "event",
    "meeting",
    "appointment",
    "task",
    "ticket",
    "letter",
    "newsletter",
];
pub(crate) const IDENTIFIED: &[&str] = &[
    "user",
    "owner",
    "tenant",
    "org",
    "organization",
    "organisation",
    "account",
    "customer",
    "member",
    "principal",
    "subject",
    "actor",
];

pub(crate) const CREDENTIALS: &[&str] =
    &["authorization", "cookie", "pin", "user pin", "card pin", "pin code", "pin number"];
pub(crate) const CREDENTIAL_HEADS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "credential",
    "bearer",
    "otp",
    "totp",
    "cvv",
    "cvc",
    "otp code",
    "totp code",
    "mfa code",
    "recovery code",
    "backup code",
    "api key",
    "access key",
    "secret key",
    "private key",
    "signing key",
    "encryption key",
    "ssh key",
    "master key",
    "auth key",
];
/// Tokens that only say where a list continues, or that are pieces of text.
pub(crate) const CURSORS: &[&str] = &[
    "next",
    "prev",
    "previous",
    "page",
    "paging",
    "pagination",
    "continuation",
    "continue",
    "resume",
    "sync",
    "delta",
    "change",
    "cursor",
    "start",
    "stop",
    "end",
    "skip",
    "idempotency",
    "input",
    "output",
    "prompt",
    "completion",
    "design",
];

pub(crate) const QUERY_HEADS: &[&str] = &[
    "sql",
    "psql",
    "mysql",
    "tsql",
    "plsql",
    "soql",
    "cypher",
    "sparql",
    "sql query",
    "sql statement",
    "sql string",
    "sql text",
    "sql code",
    "sql command",
    "where clause",
];
pub(crate) const COMMAND_HEADS: &[&str] = &["command", "cmd", "shell", "script", "eval"];
pub(crate) const COMMANDS: &[&str] = &["expression"];
/// Tools whose `code` is a program; that of others is a coupon's, a plan's or an invitation's.
pub(crate) const RUNNERS: &[&str] = &[
    "exec",
    "execute",
    "execution",
    "executor",
    "run",
    "runner",
    "eval",
    "evaluate",
    "interpret",
    "interpreter",
    "compile",
    "sandbox",
    "repl",
    "script",
    "snippet",
    "function",
    "lambda",
    "macro",
    "notebook",
    "cell",
    "kernel",
    "console",
    "terminal",
    "bash",
    "powershell",
    "browser",
];
/// Tools whose `expression` says when.
pub(crate) const TIMES: &[&str] = &["date", "time", "cron", "schedule", "timezone", "calendar"];
pub(crate) const LANGUAGES: &[&str] =
    &["source", "python", "js", "javascript", "typescript", "rust", "lua", "ruby", "php", "java", "shell", "program"];
pub(crate) const URL_HEADS: &[&str] = &["url", "uri", "href", "endpoint"];
pub(crate) const URLS: &[&str] = &["link", "webhook"];
pub(crate) const HOST_HEADS: &[&str] =
    &["host", "host name", "dsn", "conn str", "conn string", "connection str", "connection string"];
pub(crate) const DIRECTORY_HEADS: &[&str] = &["dir", "directory", "folder", "cwd"];
/// What a folder of messages is called.
pub(crate) const MAIL_FOLDERS: &[&str] =
    &["folder", "mail folder", "email folder", "source folder", "target folder", "destination folder"];
/// Tools whose folders are those of a mailbox, unless they also write [files](SAVERS).
pub(crate) const MAILBOXES: &[&str] =
    &["mail", "email", "gmail", "imap", "mailbox", "inbox", "message", "draft", "thread", "unread"];
pub(crate) const SAVERS: &[&str] =
    &["save", "download", "export", "import", "backup", "write", "dump", "extract", "attachment", "file"];
pub(crate) const FILE_HEADS: &[&str] = &["path", "file", "file name"];
/// Paths through something that is no file system.
pub(crate) const PATHS_WITHIN: &[&str] = &[
    "json", "xml", "x", "key", "field", "property", "module", "class", "node", "object", "svg", "import", "request",
    "route", "http",
];

/// What `move_file` and its like call their paths.
pub(crate) const PLACES: &[&str] = &["source", "src", "destination", "dest", "dst"];
pub(crate) const FILES: &[&str] = &["file", "directory", "dir", "archive"];

pub(crate) const STATEMENTS: &[&str] = &["query", "statement", "program"];
pub(crate) const DATABASES: &[&str] = &[
    "sql",
    "psql",
    "mysql",
    "mariadb",
    "sqlite",
    "postgres",
    "postgresql",
    "mssql",
    "duckdb",
    "bigquery",
    "clickhouse",
    "snowflake",
    "redshift",
    "database",
    "db",
    "soql",
    "cypher",
    "sparql",
];
pub(crate) const SHELLS: &[&str] = &[
    "shell",
    "bash",
    "sh",
    "zsh",
    "powershell",
    "terminal",
    "exec",
    "execute",
    "run",
    "spawn",
    "eval",
    "process",
    "command",
];
pub(crate) const SEARCHES: &[&str] = &["search", "find", "lookup", "list", "suggest", "autocomplete"];

pub(crate) const NO_OBJECTS: &[&str] = &[
    "request",
    "response",
    "idempotency",
    "trace",
    "span",
    "correlation",
    "external",
    "dedup",
    "deduplication",
    "nonce",
    "since",
    "before",
    "after",
    "max",
    "min",
    "last",
    "next",
    "cursor",
    "locale",
    "language",
    "lang",
    "country",
    "currency",
    "timezone",
    "zone",
    "region",
    "model",
    "color",
    "chain",
];
pub(crate) const KEYS_OF_NO_OBJECT: &[&str] = &[
    "sort",
    "order",
    "group",
    "partition",
    "cache",
    "primary",
    "foreign",
    "public",
    "config",
    "setting",
    "property",
    "field",
    "attribute",
    "metadata",
    "meta",
    "json",
    "map",
    "translation",
    "hot",
    "answer",
    "index",
    "option",
    "param",
    "parameter",
    "header",
    "env",
    "dict",
];

pub(crate) const AMBIGUOUS: &[&str] = &[
    "subject",
    "sub",
    "principal",
    "actor",
    "folder",
    "code",
    "link",
    "expression",
    "statement",
    "program",
    "pin",
    "token",
    "secret",
];
