using System.Text;
using Wsmq.Server.Presence;

namespace Wsmq.Tests.Presence;

/// <summary>What other programs write under the prefix of a deployment is no message about presence.</summary>
public sealed class PresenceMessageTests
{
    private const string Entry = """{"u":"bob","d":[{"n":"web","s":1}],"g":["ops"]}""";

    [Fact]
    public void A_whole_batch_and_a_whole_question_are_read()
    {
        Batch($$"""P{"f":"aaaaaaaa","n":1,"u":[{{Entry}}]}""").Should().BeTrue();
        Question("""P{"w":"aaaaaaaa","b":0,"l":1,"a":["user:bob","x"],"r":[],"h":{"bbbbbbbb":1}}""").Should().BeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("{}")]
    [InlineData("P{}")]
    [InlineData("Pnull")]
    [InlineData("P{\"f\":\"aaaaaaaa\",\"n\":1,\"u\":null}")]
    [InlineData("P{\"f\":\"aaaaaaaa\",\"n\":1,\"u\":[null]}")]
    [InlineData("P{\"f\":null,\"n\":1,\"u\":[]}")]
    [InlineData("P{\"f\":\"aaaaaaaa\",\"n\":1e99,\"u\":[]}")]
    [InlineData("P{\"f\":\"aaaaaaaa\",\"n\":1,\"u\":[{\"u\":\"\",\"d\":[]}]}")]
    [InlineData("P{\"f\":\"aaaaaaaa\",\"n\":1,\"u\":[{\"u\":\"a\\u0007\"}]}")]
    [InlineData("P{\"f\":\"aaaaaaaa\",\"n\":1,\"u\":[{\"u\":\"bob\",\"d\":null}]}")]
    [InlineData("P{\"f\":\"aaaaaaaa\",\"n\":1,\"u\":[{\"u\":\"bob\",\"d\":[null]}]}")]
    [InlineData("P{\"f\":\"aaaaaaaa\",\"n\":1,\"u\":[{\"u\":\"bob\",\"g\":[null]}]}")]
    [InlineData("P{\"w\":\"aaaaaaaa\",\"b\":0,\"l\":1,\"a\":null,\"r\":[],\"h\":{}}")]
    [InlineData("P{\"w\":\"aaaaaaaa\",\"b\":0,\"l\":1,\"a\":[],\"r\":[],\"h\":null}")]
    [InlineData("P{\"w\":\"a\",\"b\":0,\"l\":1,\"a\":[],\"r\":[],\"h\":{}}")]
    public void Anything_else_is_not(string message) => (Batch(message), Question(message)).Should().Be((false, false));

    private static bool Batch(string message) =>
        PresenceJson.Read(Encoding.UTF8.GetBytes(message), PresenceJson.Default.PresenceBatch) is { IsWhole: true };

    private static bool Question(string message) =>
        PresenceJson.Read(Encoding.UTF8.GetBytes(message), PresenceJson.Default.PresenceQuestion) is { IsWhole: true };
}
