/** What goes by chance goes the same way each time: a run that fails can be played again, and none fails by chance. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });
