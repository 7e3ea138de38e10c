using Microsoft.AspNetCore.Http;

namespace Wsmq.Pages;

/// <summary>The headers of the pages.</summary>
internal static class PageHeaders
{
    // A message that contains markup is shown, not run; and a script that got in nevertheless could load and send nothing elsewhere.
    // Frames: a page with buttons that remove messages must not be clickable through another one.
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    public static void Set(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // The browser asks each time, and gets 304: a new version of the app is a new page at once.
        headers.CacheControl = "no-cache";
    }
}
