using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Endpoints;

/// <summary>Answers a request that is refused before it becomes a connection: with a status, and the error text as the body.</summary>
internal static class Refusal
{
    private const string TextType = "text/plain; charset=utf-8";

    private static readonly object Key = new();

    /// <summary>Whether the request was refused by this class; the refusal is then already logged.</summary>
    public static bool Explains(HttpContext context) => context.Items.ContainsKey(Key);

    /// <param name="context">The request.</param>
    /// <param name="status">The status of the response.</param>
    /// <param name="refusal">The error, whose text is the body and whose retry time, if any, is the Retry-After header.</param>
    /// <param name="retryAfter">The retry time if the error has none.</param>
    public static Task WriteAsync(HttpContext context, int status, WsmqException refusal, TimeSpan? retryAfter = null)
    {
        context.Items[Key] = true;
        context.Response.StatusCode = status;
        context.Response.ContentType = TextType;
        if ((refusal.RetryAfter ?? retryAfter) is { } pause)
            context.Response.Headers.RetryAfter = Math.Ceiling(pause.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return context.Response.WriteAsync(refusal.Message, context.RequestAborted);
    }

    /// <summary>Answers a request that uses a transport that the app has not enabled.</summary>
    public static Task TransportAsync(HttpContext context)
    {
        var isGet = HttpMethods.IsGet(context.Request.Method);
        if (isGet && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Upgrade = "websocket";

            // A Connection header without keep-alive would make Kestrel close the connection without announcing it.
            context.Response.Headers.Connection = "Upgrade, keep-alive";
        }

        if (!isGet)
            context.Response.Headers.Allow = "GET, CONNECT";
        var status = isGet ? StatusCodes.Status426UpgradeRequired : StatusCodes.Status405MethodNotAllowed;
        return WriteAsync(context, status, new WsmqException(WsmqErrors.TransportNotAllowed));
    }
}
