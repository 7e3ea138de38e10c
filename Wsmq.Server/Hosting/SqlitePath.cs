using System.Text.RegularExpressions;

namespace Wsmq.Server.Hosting;

/// <summary>Tells the path of a database file from other ways to name a database, such as URIs and connection strings.</summary>
internal static partial class SqlitePath
{
    /// <summary>The defect of a path; null if it can be a file.</summary>
    /// <param name="path">The path; a relative path has already been combined with the app's content root.</param>
    public static string? DefectOf(string path) =>
        string.IsNullOrWhiteSpace(path) ? "must name a file"
        : Uris().IsMatch(path) ? "is a URI; it must be the path of a file"
        : ConnectionStrings().IsMatch(path) ? "is a connection string; it must be the path of a file, as in its 'Data Source'"
        : Path.GetFileName(path) == ":memory:" ? "is a database in memory; it must be the path of a file, which stores the messages"
        : Homes().IsMatch(path) ? "begins with ~, which only a shell expands; write the full path of the folder"
        : Path.EndsInDirectorySeparator(path) || Directory.Exists(path) ? "is a folder; it must name a file in it"
        : null;

    // After the content root, or at the start of the text.
    [GeneratedRegex(@"(^|[/\\])(file:|[a-z][a-z0-9+.]+:/{2,3})", RegexOptions.IgnoreCase)]
    private static partial Regex Uris();

    [GeneratedRegex(
        @"(^|[/\\;])\s*(data ?source|filename)\s*=|;\s*(mode|cache|password|foreign keys|recursive triggers|default timeout|command timeout|pooling|vfs|version|journal mode)\s*=",
        RegexOptions.IgnoreCase)]
    private static partial Regex ConnectionStrings();

    [GeneratedRegex(@"(^|[/\\])~([/\\]|$)")]
    private static partial Regex Homes();
}
