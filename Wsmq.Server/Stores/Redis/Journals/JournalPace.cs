namespace Wsmq.Server.Stores.Redis.Journals;

/// <summary>
/// How the calls of one pass are spread. Redis serves nobody else during a script, and calls that follow each other leave little room for
/// messages: at first the calls are small, with pauses between them. What is left after that time is done in large ones without pauses.
/// </summary>
/// <param name="time">The time with pauses.</param>
/// <param name="clock">The clock.</param>
internal sealed class JournalPace(TimeSpan time, TimeProvider clock)
{
    private const int Small = 16;
    private const int Large = 64;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly long _began = clock.GetTimestamp();

    /// <summary>How many addresses, or entries of a journal, the next call takes.</summary>
    public int Size => HasTime ? Small : Large;

    private bool HasTime => clock.GetElapsedTime(_began) < time;

    /// <summary>Waits before a further call.</summary>
    public Task PauseAsync(CancellationToken cancellationToken) =>
        HasTime ? Task.Delay(Pause, clock, cancellationToken) : Task.CompletedTask;
}
