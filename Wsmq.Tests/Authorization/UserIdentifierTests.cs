using Wsmq.Tests.Support;


namespace Wsmq.Tests.Authorization;

/// <summary>User identifiers that look like others, with and without AllowLookAlikeUserIdentifiers.</summary>
public sealed class UserIdentifierTests
{
    private const string Decomposed = "jose\u0301";

    [Theory]
    [InlineData("DOMAIN\\Иван")]
    [InlineData("Иван.Petrov@corp")]
    public async Task A_user_identifier_in_two_alphabets_is_accepted(string user) => await SendsAndReceivesAsync(user, vouched: false);

    [Theory]
    [InlineData(Decomposed)]
    [InlineData("㈱山田")]
    [InlineData("山田a\u0308")]
    [InlineData("bоb")]
    public async Task A_look_alike_identifier_is_accepted_if_vouched_for(string user) => await SendsAndReceivesAsync(user, vouched: true);

    [Fact]
    public async Task A_decomposed_identifier_that_is_not_vouched_for_is_refused_with_the_form_to_use()
    {
        using var folder = new TempFolder();
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(folder.File("names.db")));
        await using var client = PlainClient.Create(node.Hub, TestTokens.For(Decomposed));
        await client.Connection.StartAsync();
        await Eventually.That("the connection is closed", () => client.Closed is not null);
        client.Closed!.Message.Should().Contain("invalid-user-identifier").And.Contain("write it 'josé'");

        var send = () => node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:" + Decomposed });
        (await send.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidName);
        var add = () => node.Groups.AddToGroupAsync(Decomposed, "team");
        (await add.Should().ThrowAsync<WsmqException>()).Which.Error.Should().Be(WsmqErrors.InvalidName);
    }

    private static async Task SendsAndReceivesAsync(string user, bool vouched)
    {
        using var folder = new TempFolder();
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(folder.File("names.db")), o => o.Access.AllowLookAlikeUserIdentifiers = vouched);
        await node.Groups.AddToGroupAsync(user, "team");
        await using var client = await PlainClient.ConnectAsync(node, user);
        await client.SendAsync("user:" + user, 1);
        await Eventually.That("the message to the own queue arrives", () => client.Received.Count == 1);
        client.Received[0].Source.Should().Be("user:" + user);
        await client.SendAsync("group:team", 2);
        await Eventually.That("the message to the group arrives", () => client.Received.Count == 2);
        (client.Received[1].Sender, client.Received[1].Source).Should().Be((user, "group:team"));
    }
}
