namespace Wsmq.Tests.Support;

/// <summary>A Redis user with exactly the access rules that docs/operations.md lists.</summary>
internal static class AclUser
{
    public const string Password = "open-sesame-4711";
    public const string Credentials = $"user=wsmq,password={Password}";

    /// <summary>The documented rules, one per item.</summary>
    public static IReadOnlyList<string> Rules { get; } = Document().Single(l => l.StartsWith("user wsmq ", StringComparison.Ordinal))
        .Replace("PASSWORD", Password, StringComparison.Ordinal).Split(' ')[2..];

    /// <summary>The additional rules that the document lists for a purpose.</summary>
    public static IReadOnlyList<string> RulesFor(string purpose) =>
        Document().Single(l => l.StartsWith("* `+", StringComparison.Ordinal) && l.Contains(purpose, StringComparison.Ordinal)).Split('`')[1].Split(' ');

    public static async Task CreateAsync(RedisServer server, IEnumerable<string> rules) =>
        (await server.CommandAsync($"ACL SETUSER wsmq reset {string.Join(' ', rules)}")).Should().StartWith("+OK");

    private static string[] Document() => File.ReadAllLines(SourceTree.PathOf("docs", "operations.md"));
}
