using Wsmq.Server.Schedules;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Schedules;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "2016-10-30", 1_500)]
    [InlineData("30 1 * * *", "2016-10-30", 1)]
    [InlineData("* * * * *", "2016-03-27", 1_380)]
    [InlineData("30 1 * * *", "2016-03-27", 1)]
    [InlineData("0 */10 1-2 * * *", "2016-10-30", 18)]
    public void Occurrences_on_the_days_of_daylight_saving_in_London(string cron, string date, int count)
    {
        var schedule = CronSchedule.Parse(cron, "Europe/London");
        var (from, until) = DayOf(date);

        var forward = Forward(schedule, from, until);
        forward.Should().HaveCount(count).And.OnlyHaveUniqueItems().And.BeInAscendingOrder();
        schedule.Newest(from, until - 1, 10_000).Should().Equal(forward, "the same ones are found backwards");
        schedule.Newest(from, until - 1, 3).Should().Equal(forward.TakeLast(3));
    }

    [Fact]
    public void A_day_of_the_month_and_a_day_of_the_week_must_both_match()
    {
        var schedule = CronSchedule.Parse("0 0 13 * 5", "UTC");
        var first = schedule.NextAfter(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1_000);

        CronSchedule.Moment(first!.Value).Should().Be(new DateTimeOffset(2026, 2, 13, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void IANA_and_Windows_names_of_a_zone_mean_the_same()
    {
        var (iana, windows) = (CronSchedule.Parse("30 1 * * *", "Europe/Berlin"), CronSchedule.Parse("30 1 * * *", "W. Europe Standard Time"));
        var now = TimeProvider.System.NowMicros();

        windows.NextAfter(now).Should().Be(iana.NextAfter(now));
    }

    [Theory]
    [InlineData("* * * * *", "Europe/Berln", "*'Europe/Berln' is unknown*")]
    [InlineData("61 * * * *", "UTC", "*'61 * * * *' is invalid*five fields*")]
    [InlineData("* * *", "UTC", "*invalid*")]
    [InlineData("0 0 30 2 *", "UTC", "*no occurrence*")]
    public void What_cannot_work_is_refused_with_what_to_do(string cron, string zone, string text) =>
        FluentActions.Invoking(() => CronSchedule.Parse(cron, zone)).Should().Throw<ArgumentException>().WithMessage(text);

    private static (long From, long Until) DayOf(string date)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");
        var day = DateTime.ParseExact(date, "yyyy-MM-dd", null);
        return (Utc(day), Utc(day.AddDays(1)));

        long Utc(DateTime local) => new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(local, zone)).ToUnixTimeMilliseconds() * 1_000;
    }

    private static List<long> Forward(CronSchedule schedule, long from, long until)
    {
        var found = new List<long>();
        for (var at = schedule.NextAfter(from - 1); at < until; at = schedule.NextAfter(at.Value))
            found.Add(at.Value);
        return found;
    }
}
