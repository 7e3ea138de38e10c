using Wsmq;
using Wsmq.Tests.TypeScript;

// Sends numbers to a user, waits until they are sent back, and compares them: URL, token and user are the arguments.
var sent = new Numbers(
    long.MaxValue, ulong.MaxValue, Int128.MinValue, 0.1234567890123456789012345678m, int.MinValue, 0.1, null,
        [long.MinValue, 1, 9007199254740993],
    new Dictionary<string, decimal> { ["max"] = decimal.MaxValue, ["small"] = 1.5m });
await using var client = new WsmqClient(new Uri(args[0]), o => o.AccessTokenProvider = _ => Task.FromResult<string?>(args[1]));
var answer = new TaskCompletionSource<Numbers>(TaskCreationOptions.RunContinuationsAsynchronously);
client.On<Numbers>((message, _) =>
{
    answer.TrySetResult(message.Body);
    return Task.CompletedTask;
});
await client.StartAsync();
await client.SendAsync(WsmqAddress.User(args[2]), sent);
var received = await answer.Task.WaitAsync(TimeSpan.FromSeconds(60));
var isSame = received with { Longs = sent.Longs, Decimals = sent.Decimals } == sent
    && received.Longs.SequenceEqual(sent.Longs) && received.Decimals.OrderBy(d => d.Key).SequenceEqual(sent.Decimals.OrderBy(d => d.Key));
Console.WriteLine(isSame ? "the same" : $"sent {sent}, received {received}");
return isSame ? 0 : 1;
