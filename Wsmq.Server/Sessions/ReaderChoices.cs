using Wsmq.Server.Pumps;
using Wsmq.Server.Selecting;

namespace Wsmq.Server.Sessions;

/// <summary>
/// What a connection has chosen to get of its sources, also of those that it does not read yet: a filter holds from the first entry on when
/// its user joins the group.
/// </summary>
/// <param name="isHeld">Whether nothing is delivered until the connection says so.</param>
internal sealed class ReaderChoices(bool isHeld)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<WsmqAddress, ReaderChoice> _choices = [];
    private EntryFilter? _others;
    private bool _isHeld = isHeld;

    /// <summary>Changes the choice of a source; its pump learns of it by <see cref="Apply"/>.</summary>
    /// <exception cref="WsmqException"><c>too-many-filters</c>.</exception>
    public void Change(WsmqAddress source, Func<ReaderChoice, ReaderChoice> change, int most)
    {
        lock (_lock)
        {
            var changed = change(_choices.GetValueOrDefault(source, ReaderChoice.Everything));
            if (changed == ReaderChoice.Everything)
                _choices.Remove(source);
            else if (Count < most || _choices.ContainsKey(source))
                _choices[source] = changed;
            else
                throw new WsmqException(WsmqErrors.TooManyFilters);
        }
    }

    /// <summary>Sets the filter of all sources that have none of their own; the pumps learn of it by <see cref="Apply"/>.</summary>
    /// <exception cref="WsmqException"><c>too-many-filters</c>.</exception>
    public void FilterOthers(EntryFilter? filter, int most)
    {
        lock (_lock)
        {
            if (filter is not null && _others is null && Count >= most)
                throw new WsmqException(WsmqErrors.TooManyFilters);
            _others = filter;
        }
    }

    /// <summary>Ends the hold; the pumps learn of it by <see cref="Apply"/>.</summary>
    public void Release()
    {
        lock (_lock)
            _isHeld = false;
    }

    // With the lock held, so that of two changes the pump has the later one.
    public void Apply(DeliveryPump pump)
    {
        lock (_lock)
        {
            var choice = _choices.GetValueOrDefault(pump.Feed.Source, ReaderChoice.Everything);
            pump.Choose(new ReaderChoice(choice.Filter ?? _others, choice.IsPaused || _isHeld));
        }
    }

    private int Count => _choices.Count + (_others is null ? 0 : 1);
}
