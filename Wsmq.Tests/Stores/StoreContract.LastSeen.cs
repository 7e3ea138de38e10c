using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

// When users were last seen.
public abstract partial class StoreContract
{
    private static readonly TimeSpan Month = TimeSpan.FromDays(31);

    [Fact]
    public async Task The_newest_time_of_each_user_is_read_in_one_call_and_forgotten()
    {
        await using var harness = await CreateAsync();
        var (seen, now) = (harness.Store.LastSeen, harness.Store.Now);
        var many = Enumerable.Range(0, 600).Select(i => $"user {i} ü:*").ToArray();
        await seen.NoteAsync([.. many.Select((u, i) => KeyValuePair.Create(u, now + i))], Month, default);
        await seen.NoteAsync([KeyValuePair.Create(many[3], now + 1_000)], Month, default);

        var found = await seen.ReadAsync([.. many, "nobody"], default);
        await seen.ForgetAsync(many[0], default);
        await seen.ForgetAsync("nobody", default);

        found.Should().Equal(many.Select((u, i) => KeyValuePair.Create(u, i == 3 ? now + 1_000 : now + i)).ToDictionary());
        (await seen.ReadAsync(many[..2], default)).Keys.Should().Equal(many[1]);
    }

    [Fact]
    public async Task Last_seen_is_forgotten_after_its_time()
    {
        await using var harness = await CreateAsync();
        await harness.Store.LastSeen.NoteAsync([KeyValuePair.Create("bob", harness.Store.Now)], TimeSpan.FromMilliseconds(50), default);
        await harness.Store.LastSeen.NoteAsync([KeyValuePair.Create("carol", harness.Store.Now)], Month, default);

        await Eventually.That("it is over", async () => (await harness.Store.LastSeen.ReadAsync(["bob", "carol"], default)).Count == 1);
        (await harness.Store.LastSeen.ReadAsync(["bob", "carol"], default)).Keys.Should().Equal("carol");
    }

    [Fact]
    public async Task A_message_to_the_own_node_reaches_the_handler_of_its_kind_and_no_other()
    {
        await using var harness = await CreateAsync();
        var (nodes, heard) = (harness.Store.Nodes, new List<string>());
        nodes.Handle(NodeMessageKind.Presence, message => heard.Add(System.Text.Encoding.UTF8.GetString(message.Span)));
        await nodes.JoinAsync(q => q, default);

        (await nodes.SendAsync(nodes.Self, NodeMessageKind.Presence, "one"u8.ToArray(), default)).Should().BeTrue();
        (await nodes.SendAsync(nodes.Self, NodeMessageKind.Request, "two"u8.ToArray(), default)).Should().BeFalse();
        (await nodes.SendAsync("aaaaaaaa", NodeMessageKind.Presence, "three"u8.ToArray(), default)).Should().BeFalse();
        heard.Should().Equal("one");
    }
}
