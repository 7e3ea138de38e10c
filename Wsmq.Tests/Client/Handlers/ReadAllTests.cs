namespace Wsmq.Tests.Client;

public sealed class ReadAllTests : ClientTest
{
    [Fact]
    public async Task A_read_message_is_acknowledged_when_the_next_one_is_requested()
    {
        Script.OnConnected = Entry.Chats(1, 2, 3);
        await Client.StartAsync();
        var reading = Client.ReadAllAsync().GetAsyncEnumerator();
        (await reading.MoveNextAsync()).Should().BeTrue();
        await Client.SendAsync(Chat("a round trip"));
        Script.Acks.Should().BeEmpty();

        (await reading.MoveNextAsync()).Should().BeTrue();

        reading.Current.Position.Should().Be(Entry.At(2));
        await AckedIs(1);
        await reading.DisposeAsync();
    }

    [Fact]
    public async Task A_message_whose_read_loop_ended_early_comes_first_when_reading_starts_again()
    {
        Script.OnConnected = Entry.Chats(1, 2, 3);
        await Client.StartAsync();
        await foreach (var delivery in Client.ReadAllAsync())
        {
            if (delivery.Position == Entry.At(2))
                break;
        }

        await AckedIs(1);
        using var done = new CancellationTokenSource();
        var reading = async () =>
        {
            await foreach (var delivery in Client.ReadAllAsync(done.Token))
            {
                Handled.Enqueue(delivery.Position);
                if (Handled.Count == 2)
                    await done.CancelAsync();
            }
        };
        await reading.Should().ThrowAsync<OperationCanceledException>();
        Handled.Should().Equal(Entry.At(2), Entry.At(3));
        await AckedIs(3);
    }

    [Fact]
    public async Task ReadAllAsync_reads_all_sources()
    {
        Script.OnConnected = async client =>
        {
            await client.Receive(Entry.Chat(1));
            await client.Receive(Entry.Chat(1, Entry.Group));
        };
        await Client.StartAsync();
        var seen = new HashSet<string>();
        await foreach (var delivery in Client.ReadAllAsync())
        {
            if (seen.Add(delivery.Source) && seen.Count == 2)
                break;
        }

        seen.Should().BeEquivalentTo(Entry.Alice, Entry.Group);
    }

    [Fact]
    public async Task ReadAllAsync_ends_when_the_client_stops()
    {
        await Client.StartAsync();
        var reading = Client.ReadAllAsync().GetAsyncEnumerator();
        var next = reading.MoveNextAsync();
        await Client.StopAsync();
        (await next).Should().BeFalse();
        await reading.DisposeAsync();
    }

    [Fact]
    public async Task Handlers_and_ReadAllAsync_exclude_each_other()
    {
        var handler = Client.On<Line>((_, _) => Task.CompletedTask);
        await Refused("*handlers*");
        handler.Dispose();

        var reading = Client.ReadAllAsync().GetAsyncEnumerator();
        var next = reading.MoveNextAsync();
        await Refused("*already*");
        var on = () => Client.On<Line>((_, _) => Task.CompletedTask);
        on.Should().Throw<InvalidOperationException>().WithMessage("*ReadAllAsync*");

        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        (await next).Should().BeTrue();
        await reading.DisposeAsync();
        on.Should().NotThrow();
        await AckedIs(1);
    }

    private async Task Refused(string message)
    {
        await using var reading = Client.ReadAllAsync().GetAsyncEnumerator();
        var read = async () => await reading.MoveNextAsync();
        await read.Should().ThrowAsync<InvalidOperationException>().WithMessage(message);
    }
}
