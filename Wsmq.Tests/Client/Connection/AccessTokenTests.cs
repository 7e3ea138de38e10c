namespace Wsmq.Tests.Client;

/// <summary>Failures of the app's access token callback.</summary>
public sealed class AccessTokenTests : ClientTest
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly ManualResetEventSlim _blocked = new();

    public override async Task DisposeAsync()
    {
        _blocked.Set();
        await base.DisposeAsync();
        _blocked.Dispose();
    }

    public static TheoryData<string, Func<CancellationToken, Task<string?>>, string> Sources => new()
    {
        { "throws", _ => throw new InvalidOperationException("no token today"), "threw InvalidOperationException: no token today" },
        { "fails later", async _ => { await Task.Yield(); throw new HttpRequestException("the identity server is unreachable"); }, "threw HttpRequestException: the identity server is unreachable" },
        { "cancels by itself", _ => throw new OperationCanceledException("mine"), "threw OperationCanceledException: mine" },
        { "null instead of a task", _ => null!, "returned null instead of a task" },
        { "empty", _ => Task.FromResult<string?>(""), "empty, or has spaces" },
        { "blank", _ => Task.FromResult<string?>(" "), "empty, or has spaces" },
        { "with a line break", _ => Task.FromResult<string?>("token\n"), "line breaks" },
        { "never", _ => new TaskCompletionSource<string?>().Task, "returned nothing within ConnectTimeout, 00:00:00.2000000" },
        { "until cancelled", async ct => { await Task.Delay(Timeout.Infinite, ct); return null; }, "returned nothing within ConnectTimeout, 00:00:00.2000000" },
    };

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task A_token_callback_that_fails_is_reported_and_called_again_and_does_not_delay_a_stop(string what, Func<CancellationToken, Task<string?>> source, string expected)
    {
        // Callbacks that end by themselves have time to do so, however slow the machine is.
        var timesOut = expected.Contains(nameof(WsmqClientOptions.ConnectTimeout), StringComparison.Ordinal);
        Func<WsmqConnectFailedEventArgs, bool> isExpected = f =>
            f.Exception is WsmqException refused && refused.Error == WsmqErrors.NoToken && f.Cause.Contains(expected, StringComparison.Ordinal);
        await using var client = NewClient(source, timesOut ? Short : Long);
        var start = client.StartAsync();
        await Eventually.That($"the callback was called twice: {what}", () => Failures.Count(isExpected) >= 2);
        await client.StopAsync();

        await start.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();

        // A short attempt may also be over before it asks for a token.
        Failures.Should().OnlyContain(f => isExpected(f) || (timesOut && f.Exception is TimeoutException));
        Script.Tokens.Should().BeEmpty("nothing was sent");
    }

    [Fact]
    public async Task A_token_callback_that_blocks_its_thread_times_out_and_delays_neither_the_start_nor_the_stop()
    {
        await using var client = NewClient(_ =>
        {
            _blocked.Wait(CancellationToken.None);
            return Task.FromResult<string?>("late");
        }, Short);
        var start = client.StartAsync();
        await Eventually.That("the attempt has timed out", () => !Failures.IsEmpty);

        await client.StopAsync();

        client.State.Should().Be(WsmqClientState.Stopped);
        await start.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_null_token_connects_without_a_token()
    {
        await using var client = NewClient(_ => Task.FromResult<string?>(null), Long);

        await client.StartAsync();

        Script.Tokens.Should().NotBeEmpty().And.OnlyContain(t => t == null);
    }

    private WsmqClient NewClient(Func<CancellationToken, Task<string?>> source, TimeSpan timeout)
    {
        var client = new WsmqClient(Server.Url, o =>
        {
            (o.AccessTokenProvider, o.ConnectTimeout) = (source, timeout);
            o.ReconnectBackoff.Max = o.ReconnectBackoff.Min = TimeSpan.FromMilliseconds(5);
        });
        client.ConnectFailed += (_, e) => Failures.Enqueue(e);
        return client;
    }
}
