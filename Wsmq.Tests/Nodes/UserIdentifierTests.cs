using Wsmq.Tests.Support;

namespace Wsmq.Tests.Nodes;

/// <summary>Names of users that look like others, judged and vouched for.</summary>
public sealed class UserIdentifierTests
{
    private const string Decomposed = "jose\u0301";

    [Theory]
    [InlineData("DOMAIN\\Иван")]
    [InlineData("Иван.Petrov@corp")]
    public async Task A_name_in_two_alphabets_is_a_name(string user) => await SendsAndReceivesAsync(user, vouched: false);

    [Theory]
    [InlineData(Decomposed)]
    [InlineData("㈱山田")]
    [InlineData("山田a\u0308")]
    [InlineData("bоb")]
    public async Task An_identifier_that_is_vouched_for_is_let_through_as_it_is(string user) => await SendsAndReceivesAsync(user, vouched: true);

    [Fact]
    public async Task One_that_is_not_is_refused_with_the_form_that_is_taken()
    {
        using var folder = new TempFolder();
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(folder.File("names.db")));
        await using var client = PlainClient.Create(node.Hub, TestTokens.For(Decomposed));
        await client.Connection.StartAsync();
        await Eventually.That("it is closed", () => client.Closed is not null);
        client.Closed!.Message.Should().Contain("invalid-user-identifier").And.Contain("write it 'josé'");

        var send = () => node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:" + Decomposed });
        (await send.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidName);
        var add = () => node.Groups.AddAsync("team", Decomposed);
        (await add.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidName);
    }

    private static async Task SendsAndReceivesAsync(string user, bool vouched)
    {
        using var folder = new TempFolder();
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(folder.File("names.db")), o => o.Access.VouchedUserIdentifiers = vouched);
        await node.Groups.AddAsync("team", user);
        await using var client = await PlainClient.ConnectAsync(node, user);
        await client.SendAsync("user:" + user, 1);
        await Eventually.That("the own message comes", () => client.Received.Count == 1);
        client.Received[0].Source.Should().Be("user:" + user);
        await client.SendAsync("group:team", 2);
        await Eventually.That("the group's message comes", () => client.Received.Count == 2);
        (client.Received[1].Sender, client.Received[1].Source).Should().Be((user, "group:team"));
    }
}
