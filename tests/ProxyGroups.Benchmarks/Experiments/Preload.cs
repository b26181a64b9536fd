using ProxyGroups.Benchmarks.Kit;
using ProxyGroups.EndToEndTests.Kit;

namespace ProxyGroups.Benchmarks.Experiments;

/// <summary>What six workers of one Django app save when they are forked from a process that has imported Django, or the app itself, and what three Django apps save together.</summary>
internal static class Preload
{
    private const int Workers = 6;

    // Enough to load all that the app needs of Django; none of them asks for its settings when imported.
    public static readonly string[] Modules =
    [
        "django.core.wsgi", "django.db.backends.sqlite3.base", "django.db.models", "django.middleware.common", "django.middleware.csrf", "django.middleware.security",
        "django.template.backends.django", "django.views.debug", "django.views.decorators.csrf", "django.contrib.staticfiles",
    ];

    public static readonly string[] Pages = ["/", "/posts/"];

    public static async Task RunAsync(Report report)
    {
        var marks = Marks(report);
        var plain = await SharingSite.MeasureAsync([Django(isPreloaded: false)], Workers, [], marks, Pages);
        var modules = await SharingSite.MeasureAsync([Django(isPreloaded: false)], Workers, Modules, marks, Pages);
        var app = await SharingSite.MeasureAsync([Django(isPreloaded: true)], Workers, [], marks, Pages);
        SharingSite.Tell(report, "Django preloaded", marks, plain, modules);
        SharingSite.Tell(report, "the app preloaded and warmed up", marks, plain, app);
        report.AtMost("PSS of six Django workers and their preloader after 1,000 requests each, against plain ones", modules[2] / plain[2], 0.72, "");
        report.AtMost("the same with the app itself preloaded and warmed up", app[2] / plain[2], 0.60, "");
    }

    public static async Task RunSeveralAsync(Report report)
    {
        var marks = Marks(report);
        var apps = Enumerable.Repeat(Django(isPreloaded: false), 3).ToList();
        var plain = await SharingSite.MeasureAsync(apps, workersEach: 2, [], marks, Pages);
        var shared = await SharingSite.MeasureAsync(apps, workersEach: 2, Modules, marks, Pages);
        var learned = await SharingSite.MeasureAsync(apps, workersEach: 2, ["learn"], marks, Pages);
        var alone = await SharingSite.MeasureAsync([.. Enumerable.Repeat(Django(isPreloaded: true), 3)], workersEach: 2, [], marks, Pages);
        SharingSite.Tell(report, "Django preloaded for all", marks, plain, shared);
        SharingSite.Tell(report, "learned", marks, plain, learned);
        SharingSite.Tell(report, "each app preloaded by itself", marks, plain, alone);
        report.AtMost("the same with what was learned", learned[2] / plain[2], 0.75, "");
        report.AtMost("PSS of three Django apps of two workers and their preloader after 1,000 requests each, against plain ones", shared[2] / plain[2], 0.75, "");
    }

    public static int[] Marks(Report report) => report.IsLong ? [0, 100, 1_000, 10_000] : [0, 100, 1_000];

    public static object Django(bool isPreloaded) => new
    {
        Directory = Path.Combine(FrontDoorProcess.Root, "tests", "ProxyGroups.EndToEndTests", "Apps", "django-blog"),
        Wsgi = "blog.wsgi:application",
        Threads = 2,
        Environment = new { DJANGO_SETTINGS_MODULE = "blog.settings" },
        PreloadApp = isPreloaded,
        Warmup = isPreloaded ? Pages : [],
    };
}
