//! Checks whether a Redis server is suitable for this store.

use redis::cmd;

use crate::{ConnectError, link::Connection};

/// The oldest version that has everything the scripts use.
const OLDEST: u32 = 7;

/// # Errors
///
/// If the server cannot be queried, or is not suitable.
pub(crate) async fn check(connection: &mut Connection) -> Result<(), ConnectError> {
    let denied = |error| ConnectError::of(&error);
    match connection {
        Connection::Single(connection) => {
            let info: String = cmd("INFO").query_async(connection).await.map_err(denied)?;
            if field(&info, "cluster_enabled") == Some("1") {
                return Err(ConnectError::ClusterNode);
            }
            accept(&info)
        }
        #[cfg(feature = "cluster")]
        Connection::Cluster(connection) => {
            let infos = of_all(connection).await.map_err(denied)?;
            infos.values().try_for_each(|info| accept(info))
        }
    }
}

#[cfg(feature = "cluster")]
async fn of_all(
    connection: &mut redis::cluster_async::ClusterConnection,
) -> redis::RedisResult<std::collections::HashMap<String, String>> {
    use redis::cluster_routing::{MultipleNodeRoutingInfo, RoutingInfo};

    let routing = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, None));
    let infos = connection.route_command(cmd("INFO"), routing).await?;
    Ok(redis::from_redis_value(infos)?)
}

fn accept(info: &str) -> Result<(), ConnectError> {
    let version = field(info, "redis_version").unwrap_or("(unknown version)");
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        return Err(ConnectError::TooOld { version: version.to_owned() });
    }
    if field(info, "role") == Some("slave") {
        return Err(ConnectError::Replica);
    }
    match field(info, "maxmemory_policy") {
        Some("noeviction") => Ok(()),
        policy => Err(ConnectError::Evicts { policy: policy.unwrap_or("(unknown)").to_owned() }),
    }
}

fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info(version: &str, role: &str, policy: &str) -> String {
        format!("# Server\r\nredis_version:{version}\r\nrole:{role}\r\nmaxmemory_policy:{policy}\r\n")
    }

    #[test]
    fn what_a_server_has_to_be() {
        for version in ["7.0.15", "7.2.4", "8.0.1", "10.0"] {
            assert_eq!(accept(&info(version, "master", "noeviction")), Ok(()));
        }
        for version in ["6.2.7", "", "latest"] {
            let refused = accept(&info(version, "master", "noeviction"));
            assert_eq!(refused, Err(ConnectError::TooOld { version: version.to_owned() }));
        }
        for policy in ["allkeys-lru", "volatile-ttl", ""] {
            let refused = accept(&info("7.0.15", "master", policy));
            assert_eq!(refused, Err(ConnectError::Evicts { policy: policy.to_owned() }));
        }
        assert_eq!(accept(&info("7.0.15", "slave", "noeviction")), Err(ConnectError::Replica));
        assert!(accept("").is_err());
    }
}
