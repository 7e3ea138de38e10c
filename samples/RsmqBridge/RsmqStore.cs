using StackExchange.Redis;

namespace RsmqBridge;

/// <summary>
/// The queues of RSMQ in Redis. A queue is a sorted set <c>ns:name</c>, by the time at which each message becomes visible, and a hash
/// <c>ns:name:Q</c> with the texts, counts and attributes; the set <c>ns:QUEUES</c> has all names.
/// </summary>
internal sealed class RsmqStore(IConnectionMultiplexer redis, BridgeOptions options)
{
    private static readonly string Receive = Read("receive.lua");
    private static readonly string Delete = Read("delete.lua");
    private static readonly string Release = Read("release.lua");
    private static readonly string Bury = Read("bury.lua");

    private readonly IDatabase _database = redis.GetDatabase();

    private RedisKey Names => $"{options.Namespace}:QUEUES";

    private string SignalPrefix => $"{options.Namespace}:rt:";

    public async Task<IEnumerable<string>> NamesAsync() => (await _database.SetMembersAsync(Names)).Select(n => n.ToString());

    /// <summary>Calls back with the name of a queue whenever a producer with the option <c>realtime</c> has sent to it.</summary>
    public Task SubscribeAsync(Action<string> signal) => redis.GetSubscriber().SubscribeAsync(
        RedisChannel.Pattern($"{SignalPrefix}*"), (channel, _) => signal(channel.ToString()[SignalPrefix.Length..]));

    public async Task<RsmqBatch> ReceiveAsync(string queue)
    {
        var reply = (RedisResult[])(await _database.ScriptEvaluateAsync(
            Receive, KeysOf(queue), [options.BatchSize, options.BatchBytes, (long)options.Visibility.TotalMilliseconds]))!;
        var messages = ((RedisResult[])reply[1]!).Select(m => (RedisResult[])m!).Select(m => new RsmqMessage((string)m[0]!, (byte[]?)m[1], (int)m[2]));
        return new RsmqBatch((long)reply[0], [.. messages]);
    }

    public Task DeleteAsync(string queue, IEnumerable<RsmqMessage> messages) => RunAsync(Delete, KeysOf(queue), [], messages);

    public Task ReleaseAsync(string queue, long hiddenUntil, TimeSpan delay, IEnumerable<RsmqMessage> messages) =>
        RunAsync(Release, KeysOf(queue), [hiddenUntil, (long)delay.TotalMilliseconds], messages);

    public Task BuryAsync(string queue, long hiddenUntil, IEnumerable<RsmqMessage> messages)
    {
        var dead = queue + options.DeadLetterSuffix;
        return RunAsync(Bury, [.. KeysOf(queue), .. KeysOf(dead), Names], [hiddenUntil, dead], messages);
    }

    private async Task RunAsync(string script, RedisKey[] keys, RedisValue[] arguments, IEnumerable<RsmqMessage> messages)
    {
        RedisValue[] ids = [.. messages.Select(m => (RedisValue)m.Id)];
        if (ids.Length > 0)
            await _database.ScriptEvaluateAsync(script, keys, [.. arguments, .. ids]);
    }

    private RedisKey[] KeysOf(string queue) => [$"{options.Namespace}:{queue}", $"{options.Namespace}:{queue}:Q"];

    private static string Read(string script)
    {
        using var reader = new StreamReader(typeof(RsmqStore).Assembly.GetManifestResourceStream(script)!);
        return reader.ReadToEnd();
    }
}
