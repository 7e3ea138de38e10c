using Wsmq.Tests.Support;


namespace Wsmq.Tests.Sessions;

/// <summary>Two clients with one device name, such as two tabs of a browser.</summary>
public sealed class SharedDeviceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_client_whose_connection_stalled_receives_what_another_client_of_its_device_acknowledged_meanwhile()
    {
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")));
        await using var line = new TcpProxy(node.Address);
        await using var awake = await TypedClient.StartAsync(node.Hub, "bob");
        await using var asleep = await TypedClient.StartAsync(line.Hub, "bob");
        await SendAsync(node, 0, 1);
        await awake.HandlesAsync([0]);
        await asleep.HandlesAsync([0]);

        line.Conditions.Hold(up: true, down: true);
        await SendAsync(node, 1, 10);
        await awake.HandlesAsync(Enumerable.Range(0, 11));
        await awake.DisposeAsync();
        line.Cut();
        line.Conditions.Clear();
        await SendAsync(node, 11, 1);

        await asleep.HandlesAsync(Enumerable.Range(0, 12));
        asleep.Gaps.Should().BeEmpty();
    }

    private static async Task SendAsync(TestNode node, int first, int count)
    {
        for (var i = first; i < first + count; i++)
            await node.Publisher.SendAsync(WsmqAddress.User("bob"), new Number(i));
    }
}
