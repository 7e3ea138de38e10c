using System.Net;
using System.Net.Sockets;

namespace Wsmq.Tests.Support;

public sealed class TcpProxyTests : IAsyncLifetime
{
    private readonly TcpListener _target = new(IPAddress.Loopback, 0);
    private TcpProxy _proxy = null!;

    public Task InitializeAsync()
    {
        _target.Start();
        _proxy = new TcpProxy(new Uri($"tcp://{_target.LocalEndpoint}"));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _target.Dispose();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_half_open_connection_notifies_neither_side_and_a_new_connection_works(bool up, bool down)
    {
        using var near = await ConnectAsync();
        using var far = await _target.AcceptSocketAsync();
        await PassesAsync(near, far);

        _proxy.Silence(up, down);
        await near.SendAsync(new byte[1]);
        await far.SendAsync(new byte[1]);

        // Data that passes on the new connection, opened later, shows that nothing sent on the old one is still in transit.
        using var newNear = await ConnectAsync();
        using var newFar = await _target.AcceptSocketAsync();
        await PassesAsync(newNear, newFar);
        await Eventually.That("the other direction delivers", () => (up || far.Available == 1) && (down || near.Available == 1));
        (up && far.Available > 0).Should().BeFalse();
        (down && near.Available > 0).Should().BeFalse();

        near.Shutdown(SocketShutdown.Send);
        await PassesAsync(newNear, newFar);
        if (up)
            far.Poll(TimeSpan.Zero, SelectMode.SelectRead).Should().BeFalse("the end is not forwarded");
        else
            await Eventually.That("the end is forwarded", () => !far.Connected || far.Poll(TimeSpan.Zero, SelectMode.SelectRead));
    }

    [Fact]
    public async Task A_cut_ends_a_half_open_connection_as_well()
    {
        using var near = await ConnectAsync();
        using var far = await _target.AcceptSocketAsync();
        await PassesAsync(near, far);
        _proxy.Silence();

        _proxy.Cut();

        foreach (var side in new[] { near, far })
        {
            var read = () => side.ReceiveAsync(new byte[1]);
            await read.Should().ThrowAsync<SocketException>();
        }
    }

    private static async Task PassesAsync(Socket near, Socket far)
    {
        await near.SendAsync(new byte[1]);
        (await far.ReceiveAsync(new byte[1])).Should().Be(1);
        await far.SendAsync(new byte[1]);
        (await near.ReceiveAsync(new byte[1])).Should().Be(1);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _proxy.Port);
        return socket;
    }
}
