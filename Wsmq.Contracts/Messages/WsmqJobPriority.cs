namespace Wsmq;

/// <summary>The priority of a job in a work queue. Among jobs of one key it has no effect: they keep their order.</summary>
public enum WsmqJobPriority
{
    /// <summary>Worked on after all others.</summary>
    Low = 0,

    /// <summary>The default.</summary>
    Normal = 1,

    /// <summary>Worked on before all others.</summary>
    High = 2,
}
