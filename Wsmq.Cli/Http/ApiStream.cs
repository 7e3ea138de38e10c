using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;

namespace Wsmq.Cli.Http;

/// <summary>An event of a stream.</summary>
/// <param name="Type">Its type; <c>message</c> without one.</param>
/// <param name="Data">Its JSON.</param>
internal readonly record struct ApiEvent(string Type, string Data);

/// <summary>
/// Reads an event stream of the API until it ends for good. It reconnects and continues after the last event; the server announces
/// what is missing then.
/// </summary>
/// <param name="connection">Opens the stream.</param>
/// <param name="request">The request of the stream.</param>
/// <param name="after">The id of the event after which it begins; null: where the server begins.</param>
/// <param name="say">Is told when the stream is open, and why it was lost.</param>
internal sealed class ApiStream(ApiConnection connection, ApiRequest request, string? after, Action<string> say)
{
    private const string EndType = "end";
    private const string Id = "id: ";

    // More than the positions of all addresses that a stream can have.
    private const int LongestBeginning = 2_048;

    // The server sends a comment at least every 15 seconds, unless the app has changed that: then this only reconnects more often.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private string? _last = after;
    private bool _wasOpen;
    private TimeSpan _pause = FirstPause;
    private TimeSpan? _asked;

    public async IAsyncEnumerable<ApiEvent> ReadAsync([EnumeratorCancellation] CancellationToken stop)
    {
        while (true)
        {
            await using var events = OnceAsync(stop).GetAsyncEnumerator(stop);
            while (await NextAsync(events, stop))
                yield return events.Current;
            await WaitAsync(stop);
        }
    }

    /// <summary>Whether there is another event; false if the connection is lost and another one can be opened.</summary>
    private async Task<bool> NextAsync(IAsyncEnumerator<ApiEvent> events, CancellationToken stop)
    {
        try
        {
            if (await events.MoveNextAsync())
                return true;
            say("the stream has ended. Reconnecting");
        }
        catch (Exception e) when (IsTemporary(e) && !stop.IsCancellationRequested)
        {
            _asked = (e as WsmqException)?.RetryAfter;
            say($"lost the stream: {e.Message} Reconnecting");
        }

        return false;
    }

    private async IAsyncEnumerable<ApiEvent> OnceAsync([EnumeratorCancellation] CancellationToken stop)
    {
        using var response = await connection.OpenAsync(request, _last, stop);
        if (response.StatusCode != HttpStatusCode.OK)
            throw await FailureOfAsync(response, stop);
        var stream = new QuietStream(await response.Content.ReadAsStreamAsync(stop), Patience);
        var beginning = await BeginningOfAsync(stream, stop);
        say(_wasOpen ? $"connected to {connection.Shown} again" : $"connected to {connection.Shown}");
        (_wasOpen, _last) = (true, _last ?? beginning);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(stop))
        {
            if (item.EventType == EndType)
                throw ApiProblem.Parse(item.Data) ?? (Exception)new IOException("the server has ended the stream");
            yield return new ApiEvent(item.EventType, item.Data);

            // Only after the event was handled, and with the first one the pauses begin again.
            (_last, _pause) = (item.EventId ?? _last, FirstPause);
        }
    }

    // A stream begins with lines without an event, one of which has the position: without it nothing would be known of what arrives between
    // a connection that is lost before the first event and the next one. The parser does not return them, and cannot tell them from the id
    // of an event of which only a part has arrived.
    private static async Task<string?> BeginningOfAsync(Stream stream, CancellationToken stop)
    {
        var (text, next) = (new StringBuilder(), new byte[1]);
        while (text.Length < LongestBeginning && !(text is [.., '\n', '\n']))
        {
            if (await stream.ReadAsync(next, stop) == 0)
                return null;
            text.Append((char)next[0]);
        }

        return Array.Find(text.ToString().Split('\n'), line => line.StartsWith(Id, StringComparison.Ordinal))?[Id.Length..];
    }

    // 204 tells browsers to stay away, and states no reason: a request that is not a return of a browser gets it.
    private async Task<Exception> FailureOfAsync(HttpResponseMessage response, CancellationToken stop)
    {
        if (response.StatusCode != HttpStatusCode.NoContent)
            return await ApiProblem.OfAsync(response, connection.Shown, stop);
        using var again = await connection.OpenAsync(request.With("after", _last), null, stop);
        return again.IsSuccessStatusCode
            ? new CliFailure(ExitCodes.Refused, "The server does not continue the stream.")
            : await ApiProblem.OfAsync(again, connection.Shown, stop);
    }

    // Before the first connection a server that cannot be reached ends the command.
    private bool IsTemporary(Exception e) => e switch
    {
        WsmqException refusal => refusal.Error.CanRetry,
        CliFailure { ExitCode: ExitCodes.Unreachable } => _wasOpen,
        IOException or HttpRequestException => true,
        _ => false,
    };

    private async Task WaitAsync(CancellationToken stop)
    {
        var pause = _asked ?? _pause * (0.5 + Random.Shared.NextDouble());
        (_asked, _pause) = (null, _pause * 2 < LongestPause ? _pause * 2 : LongestPause);
        await Task.Delay(pause, stop);
    }
}
