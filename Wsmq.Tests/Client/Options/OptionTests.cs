using System.Text.Json.Serialization;

namespace Wsmq.Tests.Client;

public sealed class OptionTests
{
    private static readonly Uri Url = new("http://127.0.0.1:1/wsmq");

    public static TheoryData<string, Action<WsmqClientOptions>> Bad => new()
    {
        { "Device", o => o.Device = "" },
        { "Device", o => o.Device = new string('x', 65) },
        { "MaxBufferedDeliveries", o => o.MaxBufferedDeliveries = 0 },
        { "AckInterval", o => o.AckInterval = TimeSpan.FromSeconds(-1) },
        { "AckInterval", o => o.AckInterval = TimeSpan.FromSeconds(11) },
        { "AckAfterMessages", o => o.AckAfterMessages = 0 },
        { "MaxBufferedLivePushes", o => o.MaxBufferedLivePushes = 0 },
        { "MaxInFlightSends", o => o.MaxInFlightSends = 129 },
        { "MaxBodyBytes", o => o.MaxBodyBytes = 0 },
        { "MaxHeaderBytes", o => o.MaxHeaderBytes = -1 },
        { "SendTimeout", o => o.SendTimeout = TimeSpan.FromMinutes(2) },
        { "SendTimeout", o => o.SendTimeout = TimeSpan.Zero },
        { "ConnectTimeout", o => o.ConnectTimeout = TimeSpan.Zero },
        { "StopTimeout", o => o.StopTimeout = TimeSpan.FromDays(1) },
        { "ReconnectBackoff.Min", o => o.ReconnectBackoff.Min = TimeSpan.Zero },
        { "HandlerBackoff.Max", o => o.HandlerBackoff.Max = TimeSpan.FromMilliseconds(1) },
        { "TimeProvider", o => o.TimeProvider = null! },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void An_invalid_option_is_refused_by_name(string name, Action<WsmqClientOptions> configure)
    {
        var make = () => new WsmqClient(Url, configure);
        make.Should().Throw<ArgumentException>().WithMessage($"*{name}*");
    }

    [Theory]
    [InlineData("wsmq", "must be absolute")]
    [InlineData("file:///wsmq", "must begin with https")]
    [InlineData("ftp://127.0.0.1/wsmq", "must begin with https")]
    [InlineData("http://bob:secret@127.0.0.1/wsmq", "WsmqClientOptions.AccessToken")]
    [InlineData("http://127.0.0.1/wsmq#part", "fragment")]
    [InlineData("http://127.0.0.1/wsmq?device=laptop", "WsmqClientOptions.Device")]
    [InlineData("http://127.0.0.1/wsmq?x=1&DEVICE", "WsmqClientOptions.Device")]
    [InlineData("http://127.0.0.1/wsmq?%64evice=laptop", "WsmqClientOptions.Device")]
    [InlineData("http://127.0.0.1/wsmq?batch=true", "remove it")]
    [InlineData("http://127.0.0.1/wsmq?store=true", "remove it")]
    [InlineData("http://127.0.0.1/wsmq?state=true", "remove it")]
    [InlineData("http://127.0.0.1/wsmq?status=true", "remove it")]
    [InlineData("http://127.0.0.1/wsmq?skips=true", "remove it")]
    [InlineData("http://127.0.0.1/wsmq?hold=true", "remove it")]
    [InlineData("http://127.0.0.1/wsmq?id=7", "remove it")]
    public void An_invalid_URL_is_refused_with_the_remedy(string url, string expected)
    {
        var make = () => new WsmqClient(new Uri(url, UriKind.RelativeOrAbsolute));
        make.Should().Throw<ArgumentException>().WithMessage($"*{expected}*").Which.Message.Should().NotContain("secret");
    }

    [Fact]
    public void Other_query_parameters_of_the_URL_are_accepted()
    {
        var make = () => new WsmqClient(new Uri("http://127.0.0.1/wsmq?tenant=a&devices=2"));
        make.Should().NotThrow();
    }

    [Fact]
    public void The_back_off_grows_to_its_maximum_with_jitter()
    {
        var backoff = new WsmqBackoffOptions { Min = TimeSpan.FromMilliseconds(100), Max = TimeSpan.FromSeconds(1) };
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var limit = Math.Min(1000, 100 * Math.Pow(2, attempt));
            backoff.Next(attempt).TotalMilliseconds.Should().BeInRange(limit / 2, limit);
        }

        Enumerable.Range(0, 20).Select(_ => backoff.Next(3)).Distinct().Count().Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task Source_generated_metadata_serves_sends_and_handlers_and_the_configuration_hooks_are_called()
    {
        await using var server = await ScriptedServer.StartAsync();
        var hooks = new List<string>();
        await using var client = new WsmqClient(server.Url, o =>
        {
            o.ConfigureHttp = http => hooks.Add($"http {http.SkipNegotiation}");
            o.ConfigureConnection = _ => hooks.Add("connection");
        });
        var seen = new TaskCompletionSource<Line>();
        client.On(TestJson.Default.Line, (message, _) =>
        {
            seen.SetResult(message.Body);
            return Task.CompletedTask;
        });
        var live = new TaskCompletionSource<Line>();
        client.OnLive(TestJson.Default.Line, (line, _) =>
        {
            live.SetResult(line);
            return Task.CompletedTask;
        });
        server.Script.OnConnected = async caller =>
        {
            await caller.Receive(Entry.Raw(1, nameof(Line), """{"Text":"generated"}"""));
            await caller.Live(new WsmqLiveMessage { Type = nameof(Line), Body = WsmqJsonBody.Parse("""{"Text":"live"}""") });
        };
        await client.StartAsync();
        await client.SendAsync(WsmqAddress.User("bob"), new Line("out"), TestJson.Default.Line);
        (await seen.Task).Should().Be(new Line("generated"));
        (await live.Task).Should().Be(new Line("live"));
        server.Script.Sends.Single().Body.ToString().Should().Be("""{"Text":"out"}""");
        hooks.Should().BeEquivalentTo("connection", "http True");
    }
}

[JsonSerializable(typeof(Line))]
internal sealed partial class TestJson : JsonSerializerContext;
