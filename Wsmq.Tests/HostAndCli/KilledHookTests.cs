using System.Net;
using System.Text.Json;

namespace Wsmq.Tests.HostAndCli;

/// <summary>
/// The sample of web pushes as two processes on one Redis. Each has subscriptions of its own, so that the push service tells which of them has
/// called.
/// </summary>
public sealed class KilledHookTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private readonly List<IAsyncDisposable> _running = [];
    private RedisServer _redis = null!;

    public async Task InitializeAsync() => _running.Add(_redis = await RedisServer.StartAsync());

    public async Task DisposeAsync()
    {
        for (var i = _running.Count - 1; i >= 0; i--)
            await _running[i].DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_process_was_telling_when_it_was_killed_is_told_by_the_other_one()
    {
        var (a, b) = (await StartAsync("a"), await StartAsync("b"));
        await SayAsync(a, "hi");
        await Eventually.That("a process is in its hook", () => a.Service.Pushes.Count + b.Service.Pushes.Count == 1);
        var (killed, other) = a.Service.Pushes.Count == 1 ? (a, b) : (b, a);

        await killed.Sample.Process.KillAsync();
        await Eventually.That("its call to the push service has ended with it", () => killed.Service.Abandoned == 1);
        other.Service.IsHeld = false;

        await Eventually.That("the other one tells", () => other.Service.Pushes.Count == 1);
        other.Service.Pushes[0].Should().Be(killed.Service.Pushes[0], "it is the same message, so that the push replaces the one before");
        await SayAsync(other, "are you there?");
        await Eventually.That("it tells of what comes later", () => other.Service.Pushes.Count == 2);
        JsonSerializer.Deserialize<JsonElement>(other.Service.Pushes[1].Content).GetProperty("title").GetString()
            .Should().Be("A new message", "the first one was told, once");
        killed.Service.Pushes.Should().HaveCount(1);
    }

    private async Task<(RunningSample Sample, PushService Service)> StartAsync(string name)
    {
        // A call may take 10 seconds, and another process takes the message 10 seconds after that.
        var sample = await RunningSample.StartAsync(
            "samples/WebPush", Directory.CreateDirectory(_folder.File(name)).FullName, "--ConnectionStrings:Redis", _redis.EndPoint,
            "--Push:After", "00:00:01", "--Push:Timeout", "00:00:10", "--Push:Services:0", "127.0.0.1");
        _running.Add(sample);
        using var bob = await PushPage.SignInAsync(sample.Root, "bob");
        var service = await bob.StartServiceAsync();
        service.IsHeld = true;
        _running.Add(service);
        (await bob.SubscribeAsync(service.Subscribe("bob"))).Should().Be(HttpStatusCode.NoContent);
        return (sample, service);
    }

    private static async Task SayAsync((RunningSample Sample, PushService Service) node, string text)
    {
        using var alice = await PushPage.SignInAsync(node.Sample.Root, "alice");
        await alice.SayAsync("bob", text);
    }
}
