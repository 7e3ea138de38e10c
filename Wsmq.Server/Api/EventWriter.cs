using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Wsmq.Server.Framing;

namespace Wsmq.Server.Api;

/// <summary>
/// Writes server-sent events. The framework's result for them does not fit: it writes no comments, without which a proxy closes a silent
/// stream, and would parse and serialize bodies that are to be delivered as they are.
/// </summary>
internal sealed class EventWriter(HttpContext context)
{
    public const string ContentType = "text/event-stream";

    private const int FullBytes = 16 * 1024;

    private Task _flushing = Task.CompletedTask;
    private long _bytes;

    private PipeWriter Output => context.Response.BodyWriter;

    /// <summary>Whether what was added is to be flushed.</summary>
    public bool IsFull => _bytes >= FullBytes;

    /// <summary>Begins the response. No proxy, cache or compression may hold events back.</summary>
    /// <param name="reconnectAfter">After how long the client returns when the stream has ended.</param>
    /// <param name="id">
    /// Where the stream begins: a client that loses it before the first event returns there, and misses nothing. By the standard an id holds
    /// without an event.
    /// </param>
    public void Begin(TimeSpan reconnectAfter, string? id)
    {
        var response = context.Response;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        response.Headers.XContentTypeOptions = "nosniff";

        // Compression in the app leaves a response alone that states its encoding.
        response.Headers.ContentEncoding = "identity";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        Write(string.Create(CultureInfo.InvariantCulture, $"retry: {(long)reconnectAfter.TotalMilliseconds}\n"));
        Write(id is { Length: > 0 } ? $"id: {id}\n\n" : "\n");
    }

    /// <summary>Adds a message, in the form of a delivery.</summary>
    public void Message(string id, FeedEntry entry)
    {
        Write($"id: {id}\n");
        Data(JsonFrames.Delivery(entry.Frame));
    }

    /// <summary>Adds an event with other data, in JSON.</summary>
    public void Data(string id, ReadOnlySpan<byte> json)
    {
        Write($"id: {id}\n");
        Data(json);
    }

    /// <summary>Adds a notice that entries are missing.</summary>
    public void Gap(string id, WsmqAddress source, in LogPart gap)
    {
        Write($"event: gap\nid: {id}\n");
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, JsonResponse.Plain))
            LogEndpoint.WriteGap(writer, gap, source);
        Data(json.WrittenSpan);
    }

    /// <summary>Adds the reason for which the server ends the stream.</summary>
    public void End(WsmqException reason)
    {
        Write("event: end\n");
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, JsonResponse.Plain))
            Problem.Write(writer, reason.Error, Problem.DetailOf(reason.Error, reason.Message), reason.RetryAfter);
        Data(json.WrittenSpan);
    }

    /// <summary>Moves the client on without an event: by the standard an id holds without one.</summary>
    public void Id(string id) => Write($"id: {id}\n\n");

    public void Comment() => Write(":\n\n");

    /// <summary>Writes what was added, and waits for the client's socket.</summary>
    /// <param name="cancellationToken">Cancels the wait only: the server ends a connection whose write is cancelled.</param>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        // A wait that was cancelled has left a write that is not finished.
        if (!_flushing.IsCompleted)
            await _flushing.WaitAsync(cancellationToken);
        _bytes = 0;
        var flush = Output.FlushAsync(context.RequestAborted);
        if (flush.IsCompletedSuccessfully)
            return;
        _flushing = flush.AsTask();
        await _flushing.WaitAsync(cancellationToken);
    }

    // Each line is a field of its own. A body may have line breaks between its tokens, never inside of them: the client gets another line
    // break in place of each.
    private void Data(ReadOnlySpan<byte> json)
    {
        while (true)
        {
            var end = json.IndexOfAny((byte)'\n', (byte)'\r');
            Write("data: "u8);
            Write(end < 0 ? json : json[..end]);
            Write("\n"u8);
            if (end < 0)
                break;
            json = json[(end + 1)..];
        }

        Write("\n"u8);
    }

    private void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Output.Write(bytes);
        _bytes += bytes.Length;
    }
}
