using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Endpoints;

/// <summary>The origin of a page, as browsers send it: scheme, host, and the port if it is not the scheme's default.</summary>
internal readonly record struct Origin(string Scheme, string Host)
{
    public const string Any = "*";

    /// <summary>
    /// False for a text without a host. This includes <c>null</c>, which browsers send for pages without a host: see
    /// <see cref="IsLiteral"/>.
    /// </summary>
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
    /// Whether the text can be the origin of a page that was not served over http or https: <c>null</c>, or another scheme, such as
    /// <c>file://</c> or <c>app://.</c>. Such an origin has only one spelling and is compared literally.
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
    /// Whether the page has the same origin as the request. A proxy may terminate TLS, so that an https page also matches a request
    /// that arrives over http.
    /// </summary>
    public bool IsOf(HttpRequest request) =>
        (Is(request.Scheme) || (Is("https") && request.Scheme == "http"))
        && request.Host.HasValue && TryParse($"{Scheme}://{request.Host.Value}", out var own) && own.Value.Equals(this);

    public bool Equals(Origin other) => other.Is(Scheme) && string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Host);

    private bool Is(string scheme) => string.Equals(Scheme, scheme, StringComparison.OrdinalIgnoreCase);
}
