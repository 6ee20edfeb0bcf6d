//! ST53 to ST57: what a call has to wait for.

use super::messages;

messages! {
    ST53 {
        after_form():
            "`after` takes the path of a tool and a time",
            "write `after(Self::quote, within = 10m)`";
        after_called(function):
            "`after` takes the tool itself, not its result",
            "remove the parentheses: `after({function}, within = 10m)`";
        after_of_public_tool(tool):
            "`{tool}` is public, so there is no caller whose earlier call could be found",
            "require a scope, `scope = \"payments:write\"`, or remove `after`";
    }

    ST54 {
        after_itself(tool):
            "`{tool}` has to run after itself, so it can never be called",
            "name the tool that has to run first: `after(Self::quote, within = 10m)`";
    }

    ST55 {
        after_without_within(tool):
            "`after` does not say how long an earlier call counts",
            "add the longest time between the two calls: `after({tool}, within = 10m)`";
        no_within(given, meant):
            "`{given}` is not a valid duration",
            "write a whole number with one of ms, s, m, h: `within = {meant}`";
        within_range():
            "`within` is zero or longer than 30 days",
            "write 1ms to 720h: `within = 10m`";
    }

    ST56 {
        breaker_form():
            "`breaker` takes a number of failures and a cooldown",
            "write `breaker(failures = 5, cooldown = 30s)`";
        no_failures(given):
            "`{given}` is not a valid number of failures",
            "write a whole number: `failures = 5`";
        no_cooldown(given, meant):
            "`{given}` is not a valid duration",
            "write a whole number with one of ms, s, m, h: `cooldown = {meant}`";
    }

    ST57 {
        failures_range():
            "`failures` is zero or larger than 1000",
            "write 1 to 1000: `failures = 5`";
        cooldown_range():
            "`cooldown` is shorter than a second or longer than an hour",
            "write 1s to 1h: `cooldown = 30s`";
    }
}
