using System.Buffers.Text;
using System.Text;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Redis;

/// <summary>Signals over pub/sub; sharded on a Cluster, because plain messages are gossiped to every shard there.</summary>
internal sealed class RedisSignals(RedisConnections connections, RedisKeys keys, ILogger logger) : ISignals, IAsyncDisposable
{
    private Task _announcing = Task.CompletedTask;

    public event Action? Restored;

    public static string PublishCommand(bool cluster) => cluster ? "SPUBLISH" : "PUBLISH";

    public void Attach() => connections.Subscriptions.ConnectionRestored += OnRestored;

    public async Task<IAsyncDisposable> SubscribeAsync(Address address, Action<Signal> handler, CancellationToken cancellationToken)
    {
        var name = keys.Signal(address);
        var channel = connections.IsCluster ? RedisChannel.Sharded(name) : RedisChannel.Literal(name);
        var subscriber = connections.Subscriptions.GetSubscriber();
        var queue = await SubscribeAsync(subscriber, channel, cancellationToken);
        queue.OnMessage(message => Handle(message.Message, handler));
        return new Subscription(queue);
    }

    public async ValueTask DisposeAsync() => await _announcing;

    private static async Task<ChannelMessageQueue> SubscribeAsync(
        ISubscriber subscriber, RedisChannel channel, CancellationToken cancellationToken)
    {
        try
        {
            return await RedisErrors.GuardAsync(() => subscriber.SubscribeAsync(channel), cancellationToken);
        }
        catch
        {
            // The driver keeps a subscription that failed and makes it once the server is back: all its messages would then pile
            // up in a queue that nobody reads. One subscription an address is the rule, so this takes nobody else's along.
            await subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget);
            throw;
        }
    }

    private void Handle(RedisValue message, Action<Signal> handler)
    {
        if (RedisSignalFormat.TryRead((ReadOnlyMemory<byte>)message, out var signal))
            handler(signal);
        else
            Log.UnreadableSignal(logger);
    }

    // The event comes once for each server and kind of connection; the subscriptions follow on the same connection, so that an
    // answer to a ping there says that they are back.
    private void OnRestored(object? sender, ConnectionFailedEventArgs e) => _announcing = AnnounceAsync();

    private async Task AnnounceAsync()
    {
        try
        {
            await connections.Subscriptions.GetSubscriber().PingAsync();
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException or ObjectDisposedException)
        {
            // Gone again: the next restored connection announces.
            Log.SignalsNotRestored(logger, e);
            return;
        }

        Restored?.Invoke();
    }

    private sealed class Subscription(ChannelMessageQueue queue) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await queue.UnsubscribeAsync(CommandFlags.FireAndForget);
    }
}

/// <summary>What append.lua, index.lua and leave.lua publish.</summary>
internal static class RedisSignalFormat
{
    private const int Header = 1 + (2 * Position.Length);
    private const int LengthDigits = 8;

    public static bool TryRead(ReadOnlyMemory<byte> message, out Signal signal)
    {
        signal = Signal.Membership;
        var bytes = message.Span;
        if (bytes.SequenceEqual("M"u8))
            return true;
        if (bytes.StartsWith("L"u8))
        {
            signal = Signal.MemberLeft(Encoding.UTF8.GetString(bytes[1..]));
            return true;
        }

        if (bytes.Length < Header || bytes[0] != (byte)'E'
            || !TryRead(bytes.Slice(1, Position.Length), out var position)
            || !TryRead(bytes.Slice(1 + Position.Length, Position.Length), out var previous))
        {
            return false;
        }

        signal = new Signal(position, previous, null);
        if (bytes.Length == Header)
            return true;
        if (bytes.Length < Header + LengthDigits
            || !Utf8Parser.TryParse(bytes.Slice(Header, LengthDigits), out int metadataLength, out var used) || used != LengthDigits)
        {
            return false;
        }

        var content = message[(Header + LengthDigits)..];
        if (metadataLength < 0 || metadataLength > content.Length)
            return false;
        signal = new Signal(position, previous, new LogEntry(position, previous, content[..metadataLength], content[metadataLength..]));
        return true;
    }

    private static bool TryRead(ReadOnlySpan<byte> digits, out Position position)
    {
        var read = Utf8Parser.TryParse(digits, out long value, out var used) && used == Position.Length;
        position = read && value is > 0 and <= Position.MaxValue ? new Position(value) : default;
        return read;
    }
}
