using System.Text.RegularExpressions;

namespace Wsmq.Server.Configuration;

/// <summary>Tells the path of a database file from what else is written where a database is named.</summary>
internal static partial class SqlitePath
{
    /// <summary>What is wrong with it; null where it can be a file.</summary>
    /// <param name="path">The path, after the content root of the app was put before a relative one.</param>
    public static string? DefectOf(string path) =>
        string.IsNullOrWhiteSpace(path) ? "must name a file"
        : Uris().IsMatch(path) ? "is a URI; it must be the path of a file"
        : ConnectionStrings().IsMatch(path) ? "is a connection string; it must be the path of a file, as behind its 'Data Source='"
        : Path.GetFileName(path) == ":memory:" ? "asks for a database in memory, and messages are kept in a file: name one"
        : Homes().IsMatch(path) ? "begins with ~, which only a shell replaces: write the folder out"
        : Path.EndsInDirectorySeparator(path) || Directory.Exists(path) ? "is a folder; it must name a file in it"
        : null;

    // Behind the content root, or at the very beginning.
    [GeneratedRegex(@"(^|[/\\])(file:|[a-z][a-z0-9+.]+:/{2,3})", RegexOptions.IgnoreCase)]
    private static partial Regex Uris();

    [GeneratedRegex(
        @"(^|[/\\;])\s*(data ?source|filename)\s*=|;\s*(mode|cache|password|foreign keys|recursive triggers|default timeout|command timeout|pooling|vfs|version|journal mode)\s*=",
        RegexOptions.IgnoreCase)]
    private static partial Regex ConnectionStrings();

    [GeneratedRegex(@"(^|[/\\])~([/\\]|$)")]
    private static partial Regex Homes();
}
