namespace Wsmq;

/// <summary>What a worker reports, for the log.</summary>
internal interface IJobReports
{
    void TypeUnknown(string type);

    void Unreadable(GivenJob job, Exception exception);

    void Failed(GivenJob job, Exception exception);

    /// <summary>The lease was lost while the job was worked on here.</summary>
    void Lost(GivenJob job);

    /// <summary>The job was removed while it was worked on here.</summary>
    void Cancelled(GivenJob job);

    /// <summary>An extension got no answer; it is repeated.</summary>
    void NotExtended(GivenJob job, Exception exception);

    /// <summary>Extensions began late: the threads of the process are probably all blocked.</summary>
    void Late(TimeSpan by);

    /// <summary>Handlers did not return when their tokens were cancelled.</summary>
    void Left(int handlers);

    void Unexpected(Exception exception);
}
