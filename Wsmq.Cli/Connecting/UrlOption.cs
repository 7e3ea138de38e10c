using System.CommandLine;
using System.CommandLine.Parsing;

namespace Wsmq.Cli.Connecting;

/// <summary>The options for the URLs of hub and HTTP API, which environment variables replace.</summary>
internal static class UrlOption
{
    private const string HubVariable = "WSMQ_URL";
    private const string ApiVariable = "WSMQ_API_URL";
    private const string DefaultUrl = "http://localhost:5080/wsmq";
    private const string ApiSuffix = "-api";

    public static Option<Uri> Hub() => new("--url")
    {
        Description = $"The URL of the hub; also {HubVariable}.",
        HelpName = "url",
        CustomParser = ParseHub,
        DefaultValueFactory = ParseHub,
    };

    /// <summary>Null if it is that of the hub with the usual suffix.</summary>
    public static Option<Uri?> Api() => new("--api-url")
    {
        Description = $"The URL of the HTTP API; also {ApiVariable}. Default: the URL of the hub with {ApiSuffix} after its path.",
        HelpName = "url",
        CustomParser = ParseApi,
        DefaultValueFactory = ParseApi,
    };

    /// <summary>Where the ready host maps the API of a hub.</summary>
    public static Uri ApiOf(Uri hub)
    {
        var scheme = hub.Scheme is "https" or "wss" ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        var path = hub.AbsolutePath.TrimEnd('/') + ApiSuffix;
        return new UriBuilder(scheme, hub.Host, hub.Port, path).Uri;
    }

    private static Uri ParseHub(ArgumentResult result)
    {
        var text = TextOf(result, HubVariable) ?? DefaultUrl;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "ws" or "wss")
            return url;
        // The message does not include the URL: its query may contain a token.
        result.AddError($"--url (or {HubVariable}) is not a URL such as {DefaultUrl}.");
        return new Uri(DefaultUrl);
    }

    private static Uri? ParseApi(ArgumentResult result)
    {
        if (TextOf(result, ApiVariable) is not { } text)
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "", Query: "" })
            return url;
        result.AddError($"--api-url (or {ApiVariable}) is not a URL such as {DefaultUrl}{ApiSuffix}, without user and query.");
        return null;
    }

    private static string? TextOf(ArgumentResult result, string variable) => result.Tokens is [var token, ..] ? token.Value
        : Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value
        : null;
}
