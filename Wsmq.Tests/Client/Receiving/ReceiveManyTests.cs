namespace Wsmq.Tests.Client;

/// <summary>Several deliveries in one <c>ReceiveMany</c> call are equivalent to as many <c>Receive</c> calls.</summary>
public sealed class ReceiveManyTests : ClientTest
{
    private protected override void Configure(WsmqClientOptions options) => options.MaxBufferedDeliveries = 10;

    [Fact]
    public async Task The_client_requests_batches_and_handles_them_in_order_among_single_deliveries()
    {
        Record();
        Script.OnConnected = async client =>
        {
            await client.ReceiveMany([Entry.Chat(1), Entry.Chat(2)]);
            await client.Receive(Entry.Chat(3));
            await client.ReceiveMany([Entry.Chat(4), Entry.Chat(5), Entry.Chat(6)]);
        };
        await Client.StartAsync();
        await HandledAre("1", "2", "3", "4", "5", "6");
        await AckedIs(6);
        Script.Batches.Should().Equal("true");
        Script.Resumes.Should().BeEmpty();
    }

    [Fact]
    public async Task Repeats_in_batches_are_handled_once_and_a_gap_between_batches_is_raised_in_its_place()
    {
        Record();
        Client.Gap += (_, gap) => Handled.Enqueue($"gap {gap.After.Value} {gap.Before.Value}");
        Script.OnConnected = async client =>
        {
            await client.ReceiveMany([Entry.Chat(1), Entry.Chat(2)]);
            await client.ReceiveMany([Entry.Chat(2), Entry.Chat(3)]);
            await client.Gap(Entry.Alice, Entry.At(3), Entry.At(8), WsmqGapReasons.Retention);
            await client.ReceiveMany([Entry.Chat(8), Entry.Chat(9)]);
        };
        await Client.StartAsync();
        await HandledAre("1", "2", "3", "gap 3 8", "8", "9");
        await AckedIs(9);
    }

    [Fact]
    public async Task Messages_missing_inside_a_batch_are_requested_with_Resume()
    {
        Record();
        Script.OnConnected = client => client.ReceiveMany([Entry.Chat(1), Entry.Chat(4), Entry.Chat(5)]);
        Script.OnResume = (_, _, client) => client.ReceiveMany([Entry.Chat(2), Entry.Chat(3), Entry.Chat(4), Entry.Chat(5)]);
        await Client.StartAsync();
        await HandledAre("1", "2", "3", "4", "5");
        Script.Resumes.Distinct().Should().Equal((Entry.Alice, Entry.At(1)));
        Gaps.Should().BeEmpty();
    }

    [Fact]
    public async Task Deliveries_that_exceed_the_buffer_are_requested_again_when_it_has_capacity()
    {
        Record();
        Script.OnConnected = client => client.ReceiveMany(From(1));
        Script.OnResume = (_, after, client) => client.ReceiveMany(From(WsmqPosition.Parse(after).Value + 1));
        await Client.StartAsync();
        await HandledAre([.. Enumerable.Range(1, 100).Select(i => $"{i}")]);
        await AckedIs(100);
        Gaps.Should().BeEmpty();
    }

    private static WsmqDelivery[] From(long first) => [.. Enumerable.Range(1, 100).Where(i => i >= first).Select(i => Entry.Chat(i))];
}
