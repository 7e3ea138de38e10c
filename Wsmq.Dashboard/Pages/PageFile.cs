using System.Reflection;
using System.Security.Cryptography;

namespace Wsmq.Pages;

/// <summary>A file of a page. It is embedded into the assembly, so that an app serves it without a folder and without Node.js.</summary>
internal sealed record PageFile(string Name, string ContentType, byte[] Content)
{
    public const string Index = "index.html";
    private const string Prefix = "page/";

    /// <summary>Changes with the content.</summary>
    public string ETag { get; } = $"\"{Convert.ToHexStringLower(SHA256.HashData(Content).AsSpan(0, 12))}\"";

    /// <summary>The files that the project file embeds as <c>page/…</c>.</summary>
    public static IReadOnlyList<PageFile> In(Assembly assembly) =>
    [
        .. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => new PageFile(name[Prefix.Length..], ContentTypeOf(name), Read(assembly, name))),
    ];

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string ContentTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}
