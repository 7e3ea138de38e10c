using System.Text;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Queues;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Queues;

/// <summary>Which request is answered when an attempt at a job ends.</summary>
public sealed class RequestedJobsTests
{
    private static readonly WsmqPosition Job = new(7);

    private readonly List<(string Request, RequestAnswer Answer)> _sent = [];
    private readonly FakeTimeProvider _time = new();
    private readonly RequestedJobs _jobs;

    public RequestedJobsTests() => _jobs = new RequestedJobs(
        new JobAnswers
        {
            Send = (request, answer) =>
            {
                _sent.Add((request, answer));
                return Task.FromResult(true);
            },
        },
        _time);

    [Fact]
    public async Task The_end_of_an_attempt_whose_lease_is_lost_leaves_the_next_attempt_its_request()
    {
        Gave("1", 'a');
        Gave("2", 'a');
        await EndedAsync("1", SettleResult.LeaseLost);
        _jobs.IsEmpty.Should().BeFalse();

        (await EndedAsync("2")).Should().BeTrue();

        _sent.Should().ContainSingle().Which.Request.Should().Be(Id('a'));
        _jobs.IsEmpty.Should().BeTrue();
    }

    [Fact]
    public async Task A_worker_answers_the_request_of_its_job_whatever_it_states()
    {
        Gave("1", 'a');

        await EndedAsync("1", answer: (Id('b'), RequestAnswer.Refusal("no")));
        await EndedAsync("9", answer: (Id('c'), RequestAnswer.Refusal("given-by-another-node")));

        _sent.Select(s => s.Request).Should().Equal(Id('a'), Id('c'));
    }

    [Fact]
    public async Task A_retried_job_has_no_entry_until_it_is_given_again_and_one_that_was_removed_has_none()
    {
        Gave("1", 'a');
        await EndedAsync("1", kind: SettlementKind.Retry);
        _jobs.IsEmpty.Should().BeTrue();
        Gave("2", 'a');

        _jobs.Removed(Job);

        _jobs.IsEmpty.Should().BeTrue();
        _sent.Should().BeEmpty();
    }

    private static string Id(char letter) => new(letter, NodeIds.Length + 32);

    private void Gave(string token, char request) => _jobs.Gave([
        new TakenJob(
            0, new JobLease(Job, token), 1, 0, Encoding.ASCII.GetBytes($"{{\"{WsmqRequestHeaders.Request}\":\"{Id(request)}\"}}"), default)
        {
            Due = 0,
        }
    ]);

    private Task<bool> EndedAsync(
        string token, SettleResult result = SettleResult.Done, SettlementKind kind = SettlementKind.Complete, (string, RequestAnswer)? answer = null) =>
        _jobs.EndedAsync(new Settlement(new JobLease(Job, token), kind) { Answer = answer }, result);
}
