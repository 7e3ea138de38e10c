using System.Diagnostics.CodeAnalysis;

namespace Wsmq;

/// <summary>
/// Filters and pauses of sources, over all connections: a connection that begins while there are any delivers nothing before they are set on it.
/// </summary>
internal sealed class ReadingRegistry(WsmqClientOptions options, ClientEvents events) : ISessionUser
{
    private readonly Lock _lock = new();

    // By the text that the server gets in place of the source.
    private readonly Dictionary<string, WsmqFilter> _filters = [];

    // Each pause has a mark of its own: the refusal of one does not end a later one.
    private readonly Dictionary<WsmqAddress, object> _paused = [];

    // One call at a time, each with what holds when it is made: of two changes the server has the later one.
    [SuppressMessage("Reliability", "CA2213", Justification = "It has no handle to wait on.")]
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile HubSession? _session;

    /// <summary>Whether anything is filtered or paused: a connection then delivers nothing before that is set on it.</summary>
    public bool Holds
    {
        get
        {
            lock (_lock)
                return _filters.Count > 0 || _paused.Count > 0;
        }
    }

    public void Attach(HubSession session)
    {
        lock (_lock)
        {
            // Set while this connection began, which delivers already: the next one is held.
            if (!session.IsHeld && Holds)
                session.Leave();
            session.BeginUse();
            _session = session;
        }

        if (session.IsHeld)
            _ = BeginAsync(session);
    }

    public void Detach() => _session = null;

    public async Task SetFilterAsync(string source, WsmqFilter? filter)
    {
        var before = Change(() => Replace(source, filter));
        if (_session is not { } session)
            return;
        try
        {
            await SendFilterAsync(session, source).ConfigureAwait(false);
        }
        catch (WsmqException)
        {
            Change(() => ReferenceEquals(_filters.GetValueOrDefault(source), filter) ? Replace(source, before) : null);
            throw;
        }
    }

    public async Task PauseAsync(WsmqAddress source, bool paused)
    {
        var mark = new object();
        lock (_lock)
        {
            if (paused)
                _paused[source] = mark;
            else
                _paused.Remove(source);
        }

        if (_session is not { } session)
            return;
        try
        {
            await SendPauseAsync(session, source).ConfigureAwait(false);
        }
        catch (WsmqException) when (paused)
        {
            Change(() => _paused.GetValueOrDefault(source) == mark && _paused.Remove(source));
            throw;
        }
    }

    private T Change<T>(Func<T> change)
    {
        lock (_lock)
            return change();
    }

    // Returns the filter before it.
    private WsmqFilter? Replace(string source, WsmqFilter? filter)
    {
        var before = _filters.GetValueOrDefault(source);
        if (filter is null)
            _filters.Remove(source);
        else
            _filters[source] = filter;
        return before;
    }

    // What the server refuses for good is reported: the source is delivered without it.
    private async Task BeginAsync(HubSession session)
    {
        foreach (var source in Change(() => _filters.Keys.ToArray()))
            await ReportAsync(SendFilterAsync(session, source)).ConfigureAwait(false);
        foreach (var source in Change(() => _paused.Keys.ToArray()))
            await ReportAsync(SendPauseAsync(session, source)).ConfigureAwait(false);
        await ReportAsync(CallAsync(session, session.BeginReadingAsync)).ConfigureAwait(false);
    }

    private async Task ReportAsync(Task call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (WsmqException e)
        {
            events.RaiseError(WsmqClientOperation.Filter, e);
        }
    }

    private Task SendFilterAsync(HubSession session, string source) =>
        CallAsync(session, () => session.SetFilterAsync(source, Change(() => _filters.GetValueOrDefault(source))));

    private Task SendPauseAsync(HubSession session, WsmqAddress source) =>
        CallAsync(session, () => session.PauseReadingAsync(source, Change(() => _paused.ContainsKey(source))));

    // Repeated until there is an answer, or the connection has ended: the next one begins with what holds then.
    private async Task CallAsync(HubSession session, Func<Task> call)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            for (var failures = 0; !session.Ended.IsCompleted; failures++)
            {
                try
                {
                    await call().WaitAsync(options.SendTimeout, options.TimeProvider).ConfigureAwait(false);
                    return;
                }
                catch (Exception e) when (HubRefusal.IsFinal(e, out var refusal))
                {
                    throw WsmqException.From(refusal) ?? new WsmqException(WsmqErrors.OutcomeUnknown, refusal.Message, refusal);
                }
                catch (Exception e)
                {
                    var wait = Waits.Longer(options.SendBackoff.Next(failures), WsmqException.From(e)?.RetryAfter);
                    await ((Task)session.Ended).WaitAsync(wait, options.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}
