using Wsmq.Faults.Clients;
using Wsmq.Faults.History;

namespace Wsmq.Faults.Checking;

/// <summary>
/// Requests: each has an outcome in its time; a reply is that of a responder to this request; and a request to a user or a group is handled
/// at most once. One to a queue is a job, whose attempts may be repeated.
/// </summary>
internal sealed class RequestRecords
{
    // A busy machine delays what a client reports.
    private const double Slack = 15;

    private readonly Dictionary<string, RequestRecord> _requests = new(StringComparer.Ordinal);
    private readonly List<string> _unknown = [];

    public void Take(HistoryEvent happened)
    {
        if (happened.Kind == EventKind.Request)
            _requests.Add(happened.Id!, new RequestRecord(happened));
        else if (!_requests.TryGetValue(happened.Id!, out var request))
            _unknown.Add($"{happened.Device} was asked {happened.Id}, which nobody has requested");
        else if (happened.Kind == EventKind.Asked)
            request.Asked.Add(happened.Device!);
        else
            request.Outcome = happened;
    }

    public void Check(Verdict verdict)
    {
        _unknown.ForEach(verdict.AddRequestWrong);
        foreach (var request in _requests.Values)
        {
            verdict.Requests++;
            if (request.Outcome is not { } outcome)
                verdict.AddRequestOpen($"{request}");
            else if (outcome.Time > request.Began.Time + request.Began.Life + Slack)
                verdict.AddRequestOpen(FormattableString.Invariant($"{request} ended only at {outcome.Time} s"));
            if (request.Outcome?.Kind == EventKind.Replied)
                CheckReply(request, verdict);
            if (request.Asked.Count > 1 && request.Began.Address != Requester.Queue)
                verdict.AddRequestWrong($"{request} was handled by {string.Join(" and by ", request.Asked)}");
        }
    }

    private static void CheckReply(RequestRecord request, Verdict verdict)
    {
        verdict.RequestsAnswered++;
        if (request.Outcome!.Why != request.Began.Id)
            verdict.AddRequestWrong($"{request} got the reply to {request.Outcome.Why}");
        else if (request.Asked.Count == 0)
            verdict.AddRequestWrong($"{request} got a reply, but nobody has handled it");
    }

    private sealed record RequestRecord(HistoryEvent Began)
    {
        /// <summary>Those that have begun with it.</summary>
        public List<string> Asked { get; } = [];

        public HistoryEvent? Outcome { get; set; }

        public override string ToString() =>
            FormattableString.Invariant($"{Began.Id} to {Began.Address} at {Began.Time} s, which waits for {Began.Life} s,");
    }
}
