using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Access;

/// <summary>Where a page comes from, as browsers write it: scheme, host, and the port where it is not the scheme's own.</summary>
internal readonly record struct Origin(string Scheme, string Host)
{
    public const string Any = "*";

    /// <summary>False for what has no host, <c>null</c> included, which browsers send for pages without one: see <see cref="IsLiteral"/>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Origin? origin)
    {
        origin = null;
        if (text is null || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0
            || uri.PathAndQuery is not ("/" or "") || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0
            || text.IndexOf("://", StringComparison.Ordinal) < 0 || text.Contains('*', StringComparison.Ordinal))
            return false;
        origin = new Origin(uri.Scheme, uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}");
        return true;
    }

    /// <summary>
    /// Whether the text may be what a page without an address on the web sends: <c>null</c>, or a scheme of its own as in
    /// <c>file://</c>, <c>app://.</c>. It is compared as it stands; there is no second way to write it.
    /// </summary>
    public static bool IsLiteral(string text)
    {
        if (text == "null")
            return true;
        var end = text.IndexOf("://", StringComparison.Ordinal);
        return end > 0 && Uri.CheckSchemeName(text[..end]) && text[..end] is not ("http" or "https")
            && text[(end + 3)..].TrimEnd('/').All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':');
    }

    /// <summary>
    /// Whether the page was served by the server that is asked. TLS may have ended at a proxy: a page of https is then at home
    /// although the request came without.
    /// </summary>
    public bool IsOf(HttpRequest request) =>
        (Is(request.Scheme) || (Is("https") && request.Scheme == "http"))
        && request.Host.HasValue && TryParse($"{Scheme}://{request.Host.Value}", out var own) && own.Value.Equals(this);

    public bool Equals(Origin other) => other.Is(Scheme) && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Host);

    private bool Is(string scheme) => string.Equals(Scheme, scheme, StringComparison.OrdinalIgnoreCase);
}
