using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Wsmq.Tests.Api;

/// <summary>An open event stream, read in the background by the parser of the framework.</summary>
internal sealed class EventReader : IAsyncDisposable
{
    private readonly ConcurrentQueue<StreamEvent> _events = [];
    private readonly ConcurrentQueue<byte> _raw = [];
    private readonly Task _reading;

    public EventReader(HttpResponseMessage response)
    {
        Response = response;
        _reading = ReadAsync();
    }

    public HttpResponseMessage Response { get; }

    public int Status => (int)Response.StatusCode;

    public IReadOnlyList<StreamEvent> Events => [.. _events];

    public IEnumerable<StreamEvent> Messages => _events.Where(e => e.Type == "message");

    /// <summary>The bodies of the messages.</summary>
    public IEnumerable<string> Bodies => Messages.Select(m => m.Json.GetProperty("body").GetRawText());

    /// <summary>Everything that was received, comments included.</summary>
    public string Raw => Encoding.UTF8.GetString([.. _raw]);

    public bool HasEnded => _reading.IsCompleted;

    /// <summary>The code of the event that ends the stream.</summary>
    public string? EndCode => _events.LastOrDefault(e => e.Type == "end")?.Json.GetProperty("code").GetString();

    public async ValueTask DisposeAsync()
    {
        Response.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ReadAsync()
    {
        await using var stream = new Recorded(await Response.Content.ReadAsStreamAsync(), _raw);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync())
            _events.Enqueue(new StreamEvent(item.EventType, item.EventId, item.Data));
    }

    private sealed class Recorded(Stream inner, ConcurrentQueue<byte> raw) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            foreach (var read in buffer[..count].ToArray())
                raw.Enqueue(read);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

internal sealed record StreamEvent(string Type, string? Id, string Data)
{
    public JsonElement Json => JsonDocument.Parse(Data).RootElement;
}
