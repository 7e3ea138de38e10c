using Microsoft.Extensions.Logging.Abstractions;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>What a client without a logger factory writes to standard error. Alone, because the process has only one.</summary>
[Collection(AloneCollection.Name)]
public sealed class StandardErrorTests : ClientTest
{
    private readonly TextWriter _before = Console.Error;
    private readonly StringWriter _written = new();

    public override async Task InitializeAsync()
    {
        Console.SetError(TextWriter.Synchronized(_written));
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Console.SetError(_before);
        await _written.DisposeAsync();
    }

    private protected override void Configure(WsmqClientOptions options) => options.LoggerFactory = null;

    [Theory]
    [InlineData(true, "wsmq: nothing listens at {0}: is the server started? (attempt 1 to connect failed;")]
    [InlineData(false, "wsmq: {0} answered 404: no hub at this path: is /wsmq missing at the end of the URL? (attempt 1 to connect failed;")]
    public async Task Why_there_is_no_connection_is_written_in_one_line(bool isAway, string line)
    {
        using var port = ReservedPort.Take();
        var url = isAway ? new Uri($"http://127.0.0.1:{port.Number}/wsmq") : new Uri(Server.Url, "/wsmqq");
        await using var client = NewClient(url);
        _ = client.StartAsync();
        await Eventually.That("it has tried again", () => Failures.Count > 2);

        Lines().Should().ContainSingle().Which.Should().StartWith(string.Format(null, line, url));
    }

    [Fact]
    public async Task A_message_without_a_type_and_an_exception_of_a_handler_are_written()
    {
        Client.On<Line>((_, _) => throw new InvalidOperationException("not shown"));
        Script.OnNack = async (source, position, caller) =>
        {
            await caller.DeadLettered(source, position, 1);
            return 1;
        };
        await Client.StartAsync();
        await Server.Everyone.Receive(Entry.Raw(1, null, "1"));
        await Server.Everyone.Receive(Entry.Chat(2));

        await AckedIs(2);
        Lines().Should().Contain(l => l.StartsWith("wsmq: No handler takes messages without a type: 1 dead-lettered", StringComparison.Ordinal))
            .And.Contain("System.InvalidOperationException: not shown")
            .And.Contain(l => l.Contains(nameof(StandardErrorTests), StringComparison.Ordinal), "the app's code is in the stack");
    }

    [Fact]
    public async Task A_null_logger_factory_silences_it()
    {
        await using var client = new WsmqClient(new Uri(Server.Url, "/wsmqq"), o =>
        {
            o.ReconnectBackoff.Min = o.ReconnectBackoff.Max = TimeSpan.FromMilliseconds(5);
            o.LoggerFactory = NullLoggerFactory.Instance;
        });
        client.ConnectFailed += (_, e) => Failures.Enqueue(e);
        _ = client.StartAsync();
        await Eventually.That("it has tried again", () => Failures.Count > 2);

        Lines().Should().BeEmpty();
    }

    private string[] Lines() => _written.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
}
