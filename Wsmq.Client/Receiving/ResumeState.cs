namespace Wsmq;

/// <summary>
/// Whether a source has to call Resume, because entries are missing or the app has set a position, and when missing entries count as lost.
/// Only state; part of <see cref="SourceState"/> and guarded by its lock.
/// </summary>
internal sealed class ResumeState
{
    private const int MostInARow = 3;

    private Phase _phase;
    private bool _again;
    private int _inARow;
    private bool _refused;

    private enum Phase
    {
        /// <summary>Each entry follows the one before it.</summary>
        Following,

        /// <summary>Resume is to be called.</summary>
        Wanted,

        /// <summary>Resume is in flight, and no entry was taken since: what arrives may be from before the call.</summary>
        InFlight,

        /// <summary>Resume is in flight, and entries were taken since.</summary>
        Progressing,
    }

    /// <summary>Whether Resume is to be called, or is in flight.</summary>
    public bool IsNeeded => _phase != Phase.Following;

    /// <summary>Whether missing entries count as lost: the server refused Resume, or answered it several times without delivering them.</summary>
    public bool MayGiveUp => !IsNeeded && (_refused || _inARow >= MostInARow);

    /// <summary>Whether the answer to the call in flight is obsolete, because the app has set another position since the call.</summary>
    public bool IsAnswerObsolete { get; private set; }

    /// <summary>The app has set a position: Resume is called for it.</summary>
    public void Restart()
    {
        IsAnswerObsolete |= _phase is Phase.InFlight or Phase.Progressing;
        (_phase, _inARow, _refused) = (Phase.Wanted, 0, false);
    }

    /// <summary>There is a new connection.</summary>
    /// <param name="resumes">Whether Resume is called on every connection.</param>
    public void Connected(bool resumes)
    {
        (_inARow, _refused) = (0, false);
        if (resumes && !IsNeeded)
            _phase = Phase.Wanted;
    }

    /// <summary>An entry was taken.</summary>
    public void Taken()
    {
        (_inARow, _refused) = (0, false);
        if (_phase == Phase.InFlight)
            _phase = Phase.Progressing;
    }

    /// <summary>An entry was dropped for lack of room: it must be delivered again.</summary>
    public void Dropped()
    {
        _again = IsNeeded;
        if (!IsNeeded)
            _phase = Phase.Wanted;
    }

    /// <summary>Entries are missing before one that arrived. True where Resume has to be called for it.</summary>
    public bool Miss()
    {
        if (IsNeeded)
        {
            _again |= _phase == Phase.Progressing;
            return false;
        }

        _phase = Phase.Wanted;
        _inARow++;
        return true;
    }

    /// <summary>Resume is being called. False where it is not needed.</summary>
    public bool TryBegin()
    {
        if (!IsNeeded)
            return false;
        (_phase, _again, IsAnswerObsolete) = (Phase.InFlight, false, false);
        return true;
    }

    /// <summary>The server has answered Resume. True where it has to be called again.</summary>
    public bool Answered(bool refused)
    {
        (_phase, _refused) = (_again ? Phase.Wanted : Phase.Following, refused);
        return IsNeeded;
    }
}
