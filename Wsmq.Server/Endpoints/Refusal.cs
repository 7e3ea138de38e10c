using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Endpoints;

/// <summary>Answers a request that becomes no connection: with a status, and the text of an error as its body.</summary>
internal static class Refusal
{
    private const string TextType = "text/plain; charset=utf-8";

    private static readonly object Key = new();

    /// <summary>The request was refused here, by a part that has logged it.</summary>
    public static bool Explains(HttpContext context) => context.Items.ContainsKey(Key);

    /// <param name="context">The request.</param>
    /// <param name="status">Its status.</param>
    /// <param name="refusal">The body, and the time to wait where it has one.</param>
    /// <param name="retryAfter">The time to wait where the refusal has none.</param>
    public static Task WriteAsync(HttpContext context, int status, WsmqException refusal, TimeSpan? retryAfter = null)
    {
        context.Items[Key] = true;
        context.Response.StatusCode = status;
        context.Response.ContentType = TextType;
        if ((refusal.RetryAfter ?? retryAfter) is { } pause)
            context.Response.Headers.RetryAfter = Math.Ceiling(pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return context.Response.WriteAsync(refusal.Message, context.RequestAborted);
    }

    /// <summary>The request uses a transport that the app has not switched on.</summary>
    public static Task TransportAsync(HttpContext context)
    {
        var isGet = HttpMethods.IsGet(context.Request.Method);
        if (isGet && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Upgrade = "websocket";

            // With a header of its own and without the second word Kestrel closes the connection, and does not say so.
            context.Response.Headers.Connection = "Upgrade, keep-alive";
        }

        if (!isGet)
            context.Response.Headers.Allow = "GET, CONNECT";
        var status = isGet ? StatusCodes.Status426UpgradeRequired : StatusCodes.Status405MethodNotAllowed;
        return WriteAsync(context, status, new WsmqException(WsmqErrors.TransportNotAllowed));
    }
}
