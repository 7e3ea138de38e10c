using Microsoft.AspNetCore.Http;
using Wsmq.Server.Concurrency;

namespace Wsmq.Server.Api;

/// <summary>
/// Refuses an event stream that a browser opens again. A browser returns after each end of a stream, and gives up after each refusal:
/// after one that is final it is told to stay away, and after one that may pass it gets a stream that ends at once, so that it returns.
/// </summary>
internal static class StreamRefusal
{
    private static readonly TimeSpan Soonest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(4);

    /// <summary>
    /// After how long a client opens a stream again. The clients of a node that stops must not all return at the same time.
    /// </summary>
    public static TimeSpan ReconnectAfter => Soonest + Jitter.PartOf(Spread);

    /// <summary>Whether the request opens a stream again.</summary>
    public static bool Applies(HttpRequest request) =>
        LogRequest.IsStream(request) && request.Headers.ContainsKey(StreamCursor.LastEventId);

    public static async Task WriteAsync(HttpContext context, WsmqException refusal)
    {
        if (!refusal.Error.CanRetry)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var after = ReconnectAfter;
        var writer = new EventWriter(context);

        // Its own id again: a client may take a stream without one as a stream that begins anew.
        writer.Begin(refusal.RetryAfter > after ? refusal.RetryAfter.Value : after, context.Request.Headers[StreamCursor.LastEventId]);
        writer.End(refusal);
        await writer.FlushAsync(context.RequestAborted);
    }
}
