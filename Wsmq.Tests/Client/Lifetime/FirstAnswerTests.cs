using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Tests.Client;

/// <summary>The start waits for the answers to the first calls for jobs and offers to answer requests, and never for ever.</summary>
public sealed class FirstAnswerTests : ClientTest
{
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private protected override int Parallel => 4;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_start_waits_for_the_first_answer_whatever_it_is(bool isAccepted)
    {
        var starting = await AskAsync();

        if (isAccepted)
            _answer.SetResult();
        else
            _answer.SetException(new HubException(new WsmqException(WsmqErrors.TooManyResumes).Message));

        await starting.WaitAsync(TimeSpan.FromSeconds(90));
        Client.State.Should().Be(WsmqClientState.Connected);
    }

    [Fact]
    public async Task A_start_that_is_cancelled_meanwhile_leaves_the_client_connected()
    {
        using var cancellation = new CancellationTokenSource();
        var starting = await AskAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await starting.Invoking(s => s).Should().ThrowAsync<OperationCanceledException>();
        Client.State.Should().Be(WsmqClientState.Connected);
    }

    [Fact]
    public async Task A_connection_that_is_lost_meanwhile_ends_the_wait()
    {
        var starting = await AskAsync();
        Script.AbortAll();
        await starting.WaitAsync(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task A_stop_meanwhile_ends_the_wait()
    {
        var starting = await AskAsync();
        var stopping = Client.StopAsync();
        await ((Task)starting).WaitAsync(TimeSpan.FromSeconds(90)).ContinueWith(_ => { }, TaskScheduler.Default);
        starting.IsCompleted.Should().BeTrue();
        _answer.SetResult();
        await stopping;
    }

    [Fact]
    public async Task A_client_that_is_revoked_just_after_it_was_accepted_does_not_wait()
    {
        Script.LetsIn = false;
        Script.OnConnected = async client =>
        {
            await client.StoreState(true);
            throw new HubException(new WsmqException(WsmqErrors.Revoked).Message);
        };
        Handle();

        await Client.StartAsync().ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(90));

        await Eventually.That("it has stopped", () => Client.State == WsmqClientState.Stopped);
    }

    // Returns the start, which waits: both calls are without an answer.
    private async Task<Task> AskAsync(CancellationToken cancellationToken = default)
    {
        Script.OnAsked = () => _answer.Task;
        Handle();
        var starting = Client.StartAsync(cancellationToken);
        await Eventually.That("it has asked", () => Script.Offers.Count == 1 && Script.Credits.Count == 1);
        Client.State.Should().Be(WsmqClientState.Connected);
        starting.IsCompleted.Should().BeFalse();
        return starting;
    }

    private void Handle()
    {
        Client.OnRequest<Line, Line>((request, _) => Task.FromResult(request.Body));
        Client.Work<Line>("thumbs", (_, _) => Task.CompletedTask);
    }
}
