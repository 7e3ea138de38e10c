namespace Wsmq.Server.Stores.Sqlite;

internal static class MembershipTable
{
    /// <summary>Adds a member; false, changing nothing, if the user is a member already.</summary>
    public static bool TryAdd(SqliteSession session, string group, string user, long joined) => session.Run(
        "INSERT INTO memberships (name, user, joined) VALUES ($name, $user, $joined) ON CONFLICT DO NOTHING", group, user, joined) > 0;

    public static bool TryRemove(SqliteSession session, string group, string user) =>
        session.Run("DELETE FROM memberships WHERE name = $name AND user = $user", group, user) > 0;

    /// <summary>The tail of the group's log when the user joined; null if the user is not a member.</summary>
    public static long? Joined(SqliteSession session, string group, string user) => session.One<long?>(
        "SELECT joined FROM memberships WHERE name = $name AND user = $user", r => SqlitePosition.Checked(r.GetInt64(0)), group, user);

    /// <summary>The groups of a user. Skips corrupt rows, with an invalid group name or position.</summary>
    public static List<Membership> GroupsOf(SqliteSession session, string user) => [.. session.All(
        "SELECT name, joined FROM memberships WHERE user = $user", r => MembershipOf(r.GetString(0), r.GetInt64(1)), user).OfType<Membership>()];

    private static Membership? MembershipOf(string group, long joined) =>
        WsmqAddress.TryParse($"{WsmqAddress.Prefix(WsmqAddressKind.Group)}:{group}", out _, out _) && SqlitePosition.IsOne(joined)
            ? new Membership(group, new WsmqPosition(joined))
            : null;

    public static long CountOf(SqliteSession session, string user) =>
        session.One("SELECT count(*) FROM memberships WHERE user = $user", r => r.GetInt64(0), user);

    public static List<string> MembersOf(SqliteSession session, string group) =>
        session.All("SELECT user FROM memberships WHERE name = $name", r => r.GetString(0), group);
}
