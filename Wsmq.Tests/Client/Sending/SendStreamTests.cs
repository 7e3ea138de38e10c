using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>Sends over the stream, and what happens to them when the stream ends. The server answers one after another.</summary>
public sealed class SendStreamTests : ClientTest
{
    private long _buffer = 64 * 1024 * 1024;

    private protected override void Configure(WsmqClientOptions options) => options.MaxPendingSendBytes = _buffer;

    [Fact]
    public async Task A_client_that_only_receives_opens_no_stream()
    {
        Record();
        Script.OnConnected = Entry.Chats(1);
        await Client.StartAsync();
        await AckedIs(1);
        Script.Streams.Should().Be(0);
    }

    [Fact]
    public async Task Two_thousand_concurrent_sends_go_over_one_stream_several_to_an_item_once_and_in_order()
    {
        await Client.StartAsync();
        var receipts = await Task.WhenAll(Texts(2000).Select(t => Client.SendAsync(Chat(t))));
        StoredAre(Texts(2000));
        receipts.Should().OnlyContain(r => !r.Duplicate);
        receipts.Select(r => r.Position).Should().Equal(Enumerable.Range(1, 2000).Select(i => Entry.At(i)));
        Script.Streams.Should().Be(1);
        Script.Items.Max().Should().BeGreaterThan(1);
        Script.Items.Sum().Should().Be(2000);
    }

    [Fact]
    public async Task Each_message_of_SendManyAsync_succeeds_or_fails_on_its_own()
    {
        Script.OnSend = (message, _) => message.To == "user:eve"
            ? throw new HubException(WsmqErrors.SendNotAllowed.ToString())
            : Task.FromResult(Script.Store(message));
        await Client.StartAsync();

        var results = await Client.SendManyAsync([Chat("1"), Chat("x", "nobody"), Chat("y", "user:eve"), Chat("2"), Chat("3")]);

        results.Select(r => r.Exception?.Error).Should().Equal(null, WsmqErrors.InvalidAddress, WsmqErrors.SendNotAllowed, null, null);
        results.Select(r => r.Receipt?.Position).Should().Equal(Entry.At(1), null, null, Entry.At(2), Entry.At(3));
        StoredAre(Texts(3));
        (await Client.SendManyAsync([])).Should().BeEmpty();
    }

    [Fact]
    public async Task SendManyAsync_takes_any_number_of_messages_and_keeps_their_order_among_single_sends()
    {
        await Client.StartAsync();
        var first = Client.SendAsync(Chat("1"));
        var many = Client.SendManyAsync([.. Texts(999).Skip(1).Select(t => Chat(t))]);
        var last = Client.SendAsync(Chat("1000"));
        await Task.WhenAll(first, many, last);
        StoredAre(Texts(999).Append("1000"));
    }

    [Fact]
    public async Task Cancelling_SendManyAsync_ends_the_wait_for_all_its_messages()
    {
        Script.OnSend = (_, context) => new TaskCompletionSource<WsmqReceipt>().Task.WaitAsync(context.ConnectionAborted);
        await Client.StartAsync();
        using var cancel = new CancellationTokenSource();
        var many = Client.SendManyAsync([.. Texts(200).Select(t => Chat(t))], cancel.Token);
        await Eventually.That("one is in flight", () => !Script.Sends.IsEmpty);
        await cancel.CancelAsync();
        await many.Invoking(m => m).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_ends_is_replaced_by_another_on_the_same_connection(bool withError)
    {
        var items = 0;
        Script.OnItem = () => ++items % 3 != 0 || (withError ? throw new HubException(WsmqErrors.ServerBusy.ToString()) : false);
        await Client.StartAsync();
        var receipts = await Task.WhenAll(Texts(500).Select(t => Client.SendAsync(Chat(t))));
        StoredAre(Texts(500));
        receipts.Should().HaveCount(500);
        Script.Streams.Should().BeGreaterThan(2);

        // SignalR closes a connection on which an item arrives just while the server ends its stream.
        await Eventually.That("all replaced connections have ended", () => Script.Ended.Count == Script.Accepted - 1);
        Script.Ended.Should().AllBeOfType<ChannelClosedException>();
    }

    [Fact]
    public async Task A_stream_that_ends_with_a_final_error_fails_sends_in_flight_with_OutcomeUnknown()
    {
        Script.OnItem = () => throw new HubException("Method does not exist.");
        await Client.StartAsync();
        var send = () => Client.SendAsync(Chat("hi"));
        (await send.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.OutcomeUnknown);
        Script.OnItem = null;
        await Client.SendAsync(Chat("again"));
    }

    [Fact]
    public async Task Sends_refused_with_a_retryable_error_are_retried_before_sends_not_yet_written()
    {
        var calls = 0;
        Script.OnSend = (message, _) => ++calls % 50 == 1
            ? throw new HubException(WsmqErrors.TooManySends.ToString())
            : Task.FromResult(Script.Store(message));
        await Client.StartAsync();
        var results = await Client.SendManyAsync([.. Texts(300).Select(t => Chat(t))]);
        results.Should().OnlyContain(r => r.Receipt != null);
        Script.Stored.Should().HaveCount(300);
        Script.Stored.Select(s => s.Id).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Stream_items_stay_below_the_size_that_every_server_accepts()
    {
        await Client.StartAsync();
        await Client.SendManyAsync([.. Enumerable.Range(0, 60).Select(_ => Chat(new string('x', 20_000)))]);
        await Client.SendManyAsync([.. Enumerable.Range(0, 10).Select(_ => Chat(new string('x', 250_000)))]);
        Script.Stored.Should().HaveCount(70);
        Script.Items.Should().OnlyContain(i => i <= 2);
        Script.Accepted.Should().Be(1);
    }

    [Fact]
    public async Task Stopping_waits_also_for_sends_that_are_not_yet_written_to_the_stream()
    {
        await using var client = new WsmqClient(Server.Url, o => o.StopTimeout = TimeSpan.FromMinutes(1));
        await client.StartAsync();
        var sends = Texts(500).Select(t => client.SendAsync(Chat(t))).ToList();
        await client.StopAsync();
        (await Task.WhenAll(sends)).Should().HaveCount(500);
        StoredAre(Texts(500));
    }

    [Fact]
    public async Task Buffered_sends_are_bounded_and_further_sends_are_refused()
    {
        _buffer = 64 * 1024;
        await using var client = NewClient(Server.Url);
        var held = new TaskCompletionSource();
        Script.OnSend = async (message, _) =>
        {
            await held.Task;
            return Script.Store(message);
        };
        await client.StartAsync();
        var sends = Texts(1000).Select(t => client.SendAsync(Chat(t))).ToList();
        var refused = sends.Where(s => s.IsFaulted).ToList();
        refused.Should().HaveCountGreaterThan(800).And.OnlyContain(
            s => ((WsmqException)s.Exception!.InnerException!).Error == WsmqErrors.TooManySends);
        held.SetResult();
        await Task.WhenAll(sends.Except(refused));
        StoredAre(Texts(1000 - refused.Count));
        await client.SendAsync(Chat("there is capacity again"));
    }

    private static IEnumerable<string> Texts(int count) => Enumerable.Range(1, count).Select(i => $"{i}");

    private void StoredAre(IEnumerable<string> texts) =>
        Script.Stored.Select(s => s.Body.ToString()).Should().Equal(texts.Select(t => $"\"{t}\""));
}
