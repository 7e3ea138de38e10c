namespace Wsmq;

/// <summary>
/// The options of one work queue: declare it with <c>AddQueue</c>, or in the configuration of the ready host. Declare the same on every node.
/// </summary>
public sealed class WsmqQueueOptions
{
    /// <summary>
    /// The version of this declaration. The options and the recurring jobs of the highest version among the nodes that live hold on all
    /// nodes; of nodes with the same version, those of the node that started last. Raise it with a deployment that changes them. Default 0;
    /// 0 to 1,000,000,000.
    /// </summary>
    public int Version { get; set; }

    /// <summary>
    /// How long a worker may hold a job without extending its lease; then another worker gets the job. Clients extend it while the handler
    /// runs. Default 30 seconds; 1 second to 1 day.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The failed attempts after which a job becomes a dead letter. Default 5; 1 to 9,999.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>
    /// The lost leases after which a job becomes a dead letter: it may end each worker that takes it. Counted apart from failed attempts.
    /// Default 3; 1 to 9,999.
    /// </summary>
    public int MaxLostLeases { get; set; } = 3;

    /// <summary>
    /// The delay after the first failed attempt; it doubles with each further one, and each is shortened at random by up to half. Default
    /// 1 second; 0 to 1 day.
    /// </summary>
    public TimeSpan MinBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay after a failed attempt. Default 5 minutes; at least <see cref="MinBackoff"/>, at most 30 days.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The most jobs that all workers together hold at a time. Default 0: no limit; 0 to 1,000,000.</summary>
    public int MaxInFlight { get; set; }

    /// <summary>
    /// The most jobs that are given out a second, by all nodes together and in the mean; at most a tenth of a second's worth at once, but always
    /// one. A job that is handed back has used its share. Default 0: no limit; 0, or 0.001 to 100,000.
    /// </summary>
    public double MaxPerSecond { get; set; }

    /// <summary>
    /// The most jobs that wait, delayed ones included. Over it a send is refused with <c>queue-full</c>. Default 1,000,000; 1 to 100,000,000.
    /// </summary>
    public int MaxWaiting { get; set; } = 1_000_000;

    /// <summary>
    /// The most bytes of all jobs, with what the store adds to each. Over it a send is refused with <c>queue-full</c>. Default 1 GiB; 1 MiB to
    /// 1 TiB.
    /// </summary>
    public long MaxBytes { get; set; } = 1024L * 1024 * 1024;

    /// <summary>The longest delay of a job and of a retry. Default 400 days; 1 second to 10 years.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromDays(400);

    /// <summary>The most dead letters of the queue; over it the oldest is removed. Default 10,000; 1 to 10,000,000.</summary>
    public int MaxDeadLetters { get; set; } = 10_000;

    /// <summary>The most bytes of the dead letters; over it the oldest are removed, but never the newest. Default 64 MiB; 1 MiB to 1 TiB.</summary>
    public long MaxDeadLetterBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long dead letters are stored. Default 30 days; 1 minute to 10 years.</summary>
    public TimeSpan MaxDeadLetterAge { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long after its end it is known at least how a job ended, and its last progress. Default 1 minute; 0 (not at all) to 30 days.
    /// </summary>
    public TimeSpan OutcomeRetention { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The most outcomes that are stored. If more jobs end within <see cref="OutcomeRetention"/>, the latest half of them at least is known.
    /// Default 100,000; 1,000 to 10,000,000.
    /// </summary>
    public int MaxOutcomes { get; set; } = 100_000;
}
