using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Framing;

/// <summary>Fields of a message that are unknown to the server.</summary>
public sealed class UnknownFieldTests
{
    private readonly RecordedLogs _logs = new();

    private IEnumerable<string> Warnings => _logs.All.Where(l => l.Contains("A message has the field", StringComparison.Ordinal));

    [Fact]
    public async Task In_Development_each_unknown_field_is_logged_once_and_the_message_is_accepted()
    {
        using var folder = new TempFolder();
        await using var node = await StartAsync(folder, Environments.Development);
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        for (var i = 0; i < 3; i++)
        {
            (await SendAsync(alice, new { to = "user:bob", ttl = 5 })).Position.Should().HaveLength(16);
            await SendAsync(alice, new Dictionary<string, object> { ["to"] = "user:bob", ["Type"] = "chat" });
        }

        await alice.Connection.InvokeAsync<WsmqItemResult[]>("SendMany", new[] { new Dictionary<string, object> { ["to"] = "user:bob", ["x\ny"] = new[] { 1 } } });
        Warnings.Should().HaveCount(3);
        Warnings.Should().Contain(w => w.Contains("field ttl,")).And.Contain(w => w.Contains("field Type,")).And.Contain(w => w.Contains("field x y,"));

        for (var i = 0; i < 100; i++)
            await SendAsync(alice, new Dictionary<string, object> { ["to"] = "user:bob", [$"field{i}"] = 1 });
        Warnings.Count().Should().BeLessThan(40, "clients choose the names of fields, so the number of warnings is limited");
        alice.Closed.Should().BeNull();
    }

    [Fact]
    public async Task In_Production_unknown_fields_are_not_logged()
    {
        using var folder = new TempFolder();
        await using var node = await StartAsync(folder, Environments.Production);
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await SendAsync(alice, new { to = "user:bob", ttl = 5 });
        Warnings.Should().BeEmpty();
    }

    private Task<TestNode> StartAsync(TempFolder folder, string environment) => TestNode.StartAsync(
        s => s.UseSqlite(folder.File("fields.db")),
        services: b => b.Logging.AddProvider(_logs),
        environment: environment);

    private static Task<WsmqReceipt> SendAsync(PlainClient client, object message) => client.Connection.InvokeAsync<WsmqReceipt>("Send", message);
}
