using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Queues;

/// <summary>
/// The jobs given out by one dispatcher for which a request waits: when such a job ends, the requester is told, whatever its worker knows of
/// requests. Costs a search in the metadata of each job that is given out.
/// </summary>
/// <param name="answers">Passes the answers on.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestedJobs(JobAnswers answers, TimeProvider time)
{
    // No request waits longer. Jobs whose end another node has stored are forgotten then.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMinutes(1);
    private static readonly byte[] Mark = Encoding.ASCII.GetBytes($"\"{WsmqRequestHeaders.Request}\":\"");

    private readonly Lock _lock = new();
    private readonly Dictionary<WsmqPosition, (string Token, string Request, long Since)> _given = [];
    private long _forgotAt = time.GetTimestamp();
    private volatile bool _isEmpty = true;

    /// <summary>Whether no request waits for a job.</summary>
    public bool IsEmpty => _isEmpty;

    /// <summary>Jobs are given out.</summary>
    public void Gave(IReadOnlyList<TakenJob> jobs)
    {
        foreach (var job in jobs)
        {
            var at = job.Metadata.Span.IndexOf(Mark);
            if (at < 0 || job.Metadata.Length < at + Mark.Length + JobTerms.RequestIdLength)
                continue;
            var request = Encoding.ASCII.GetString(job.Metadata.Span.Slice(at + Mark.Length, JobTerms.RequestIdLength));
            lock (_lock)
            {
                if (_given.Count > 0 && time.GetElapsedTime(_forgotAt) >= ForgetInterval)
                    Forget();
                _given[job.Lease.Job] = (job.Lease.Token, request, time.GetTimestamp());
                _isEmpty = false;
            }
        }
    }

    /// <summary>A job was removed: nobody waits for it any more.</summary>
    public void Removed(WsmqPosition job)
    {
        if (IsEmpty)
            return;
        lock (_lock)
        {
            _given.Remove(job);
            _isEmpty = _given.Count == 0;
        }
    }

    /// <summary>An attempt has ended. Returns whether somebody waited for an answer that it has.</summary>
    public async Task<bool> EndedAsync(Settlement settlement, SettleResult result)
    {
        string? request = null;
        lock (_lock)
        {
            // The job may have been given to another worker meanwhile, whose attempt this is not.
            if (_given.TryGetValue(settlement.Lease.Job, out var given) && given.Token == settlement.Lease.Token)
            {
                _given.Remove(settlement.Lease.Job);
                request = given.Request;
            }

            _isEmpty = _given.Count == 0;
        }

        // What this node knows comes first: a worker must not answer another request than the one of its job.
        var isComplete = settlement.Kind == SettlementKind.Complete;
        var answer = (result, settlement.Answer) switch
        {
            (SettleResult.Done, { } stated) => (request ?? stated.Request, stated.Answer),
            (SettleResult.Done, _) when isComplete && request is not null => (request, new RequestAnswer(new WsmqOutgoingMessage())),
            (SettleResult.DeadLettered, _) when request is not null => (request, RequestAnswer.Refusal(WsmqRequestException.JobDead)),
            _ => ((string, RequestAnswer)?)null,
        };
        return answer is { } one && await answers.SendAsync(one.Item1, one.Item2);
    }

    // Called inside the lock.
    private void Forget()
    {
        _forgotAt = time.GetTimestamp();
        foreach (var (job, (_, _, since)) in _given)
        {
            if (time.GetElapsedTime(since) > Longest)
                _given.Remove(job);
        }
    }
}

/// <summary>Passes on the answers to requests for which jobs were stored.</summary>
internal sealed class JobAnswers
{
    private Func<string, RequestAnswer, Task<bool>>? _send;

    /// <summary>Set once, before jobs are given out.</summary>
    public Func<string, RequestAnswer, Task<bool>> Send
    {
        set => Volatile.Write(ref _send, value);
    }

    /// <summary>Returns whether somebody waited. Does not throw: the job has ended.</summary>
    public Task<bool> SendAsync(string request, RequestAnswer answer) => Volatile.Read(ref _send)?.Invoke(request, answer) ?? Task.FromResult(false);
}
