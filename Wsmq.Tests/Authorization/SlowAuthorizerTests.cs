using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Authorization;

/// <summary>A slow authorizer of the app delays only the sender that it decides about, and the order of that sender is kept.</summary>
public sealed class SlowAuthorizerTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_slow_authorizer_delays_no_other_sender_and_keeps_the_order_of_its_own()
    {
        var authorizer = new GatedAuthorizer();
        await using var node = await StartAsync(authorizer);
        await using var slow = await PlainClient.ConnectAsync(node, "slow");
        await using var alice = await PlainClient.ConnectAsync(node, "alice");
        await using var bob = await PlainClient.ConnectAsync(node, "bob");

        var held = Enumerable.Range(0, 20).Select(i => slow.SendAsync("user:bob", i)).ToArray();
        await Eventually.That("the authorizer is queried about all sends", () => authorizer.Asked == 20);
        await alice.SendAsync("user:bob", "alice");
        await node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob", Body = WsmqJsonBody.Parse("\"app\"") });
        await bob.ReceivesAsync("\"alice\"", "\"app\"");

        // In reverse order, as the answers of a busy service may arrive.
        authorizer.AnswerAll(inReverse: true);
        await Task.WhenAll(held);
        await bob.ReceivesAsync(["\"alice\"", "\"app\"", .. Enumerable.Range(0, 20).Select(i => $"{i}")]);
    }

    [Fact]
    public async Task An_authorizer_that_never_answers_fails_the_send_after_SendTimeout()
    {
        await using var node = await StartAsync(new GatedAuthorizer(), o => o.Publish.SendTimeout = TimeSpan.FromMilliseconds(200));
        await using var slow = await PlainClient.ConnectAsync(node, "slow");

        var refused = await Record.ExceptionAsync(() => slow.SendAsync("user:bob", 1));

        WsmqError.Find(refused.Should().BeOfType<HubException>().Which.Message).Should().Be(WsmqErrors.ServerBusy);
    }

    private Task<TestNode> StartAsync(IWsmqAuthorizer authorizer, Action<WsmqOptions>? options = null) => TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")), options, b => b.Services.AddSingleton(authorizer));

    private sealed class GatedAuthorizer : IWsmqAuthorizer
    {
        private readonly List<TaskCompletionSource<bool>> _questions = [];

        public int Asked
        {
            get
            {
                lock (_questions)
                    return _questions.Count;
            }
        }

        public ValueTask<bool> CanReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) => new(true);

        public ValueTask<bool> CanSendAsync(WsmqCaller caller, WsmqAddress to, CancellationToken cancellationToken)
        {
            if (caller.UserId != "slow")
                return new(true);
            var question = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_questions)
                _questions.Add(question);
            return new(question.Task);
        }

        public void AnswerAll(bool inReverse)
        {
            lock (_questions)
            {
                foreach (var question in inReverse ? Enumerable.Reverse(_questions) : _questions)
                    question.SetResult(true);
            }
        }
    }
}
